# SPDX-License-Identifier: GPL-3.0-or-later
#
# The whole build of claimd in one file. `make help` lists what it can do.
#
# A new .c file in a layer's folder, a new tests/RING/test_NAME.c and a new man page are found by themselves.
# What the compiler is called and where things are installed stands in config.mk, which configure writes.

B ?= build

.SUFFIXES:
.SECONDEXPANSION:
.SECONDARY:
.DELETE_ON_ERROR:

.PHONY: all
all:

# --- Configuration -------------------------------------------------------------------------------------------------

# Everything but these needs config.mk, so make first makes it.
ifneq ($(or $(if $(MAKECMDGOALS),,all),$(filter-out help clean distclean,$(MAKECMDGOALS))),)
include config.mk
endif

configure: configure.ac
	autoconf -f

# A second run keeps the options of the first.
config.mk: config.mk.in configure
	@if test -x config.status; then ./config.status --recheck && ./config.status; else ./configure; fi

# --- How things are said -------------------------------------------------------------------------------------------

# One short line for each step; V=1 shows the commands instead.
ifeq ($(V),1)
say := @:
Q :=
else
say := @printf '  %-7s %s\n'
Q := @
endif

# --- Flags ---------------------------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wconversion -Wswitch-enum -Wwrite-strings \
	-Wpointer-arith -Wundef -Wredundant-decls $(if $(filter 1,$(WERROR)),-Werror)

# SANITIZE=1: ASan and UBSan. SANITIZE=fuzz: these and libFuzzer's counters (clang only). Hardening would hide what they look for.
# SANITIZE=coverage: gcc's counters of lines and branches, each as it stands in the source, so without optimisation.
ifeq ($(SANITIZE),)
optimised := $(filter-out -O0,$(filter -O%,$(CFLAGS)))
MODE_CFLAGS := -fPIE $(HARDEN_CFLAGS) $(if $(optimised),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
MODE_LDFLAGS := -pie $(HARDEN_LDFLAGS)
else ifeq ($(SANITIZE),coverage)
MODE_CFLAGS := --coverage -fprofile-abs-path -fprofile-update=atomic -DCOUNTS_COVERAGE
override CFLAGS := -g -O0
else
MODE_CFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
	$(if $(filter fuzz,$(SANITIZE)),-fsanitize=fuzzer-no-link)
MODE_LDFLAGS := -fsanitize=address,undefined
endif

PATHS := -DVERSION='"$(VERSION)"' -DSYSCONFDIR='"$(sysconfdir)"' -DLOCALSTATEDIR='"$(localstatedir)"'
LIBRARY_CFLAGS := $(MHD_CFLAGS) $(CURL_CFLAGS) $(GNUTLS_CFLAGS) $(JSON_CFLAGS) $(SQLITE_CFLAGS) $(SYSTEMD_CFLAGS) $(INIH_CFLAGS)
LIBRARIES := $(MHD_LIBS) $(CURL_LIBS) $(GNUTLS_LIBS) $(JSON_LIBS) $(SQLITE_LIBS) $(SYSTEMD_LIBS) $(INIH_LIBS) $(LIBS)

DIALECT := -std=gnu17 -D_GNU_SOURCE -Isrc -I$(B)/gen $(PATHS) $(LIBRARY_CFLAGS) $(CPPFLAGS)
COMPILE := $(CC) $(DIALECT) $(WARNINGS) $(MODE_CFLAGS) $(CFLAGS)
# Only the libraries that a program really uses end up in it.
LINK := $(CC) $(MODE_CFLAGS) $(CFLAGS) $(MODE_LDFLAGS) -Wl,--as-needed $(LDFLAGS)

# Other flags than last time in this build folder: everything is built again.
FLAGS := $(strip $(COMPILE) $(LINK) $(LIBRARIES) $(SECCOMP_LIBS))
ifneq ($(VERSION),)
ifneq ($(file <$(B)/flags),$(FLAGS))
$(shell mkdir -p $(B))
$(file >$(B)/flags,$(FLAGS))
endif
endif

# --- Objects -------------------------------------------------------------------------------------------------------

objects = $(patsubst %.c,$(B)/%.o,$1)

# SQL that C includes as a string: src/store/schema.sql becomes $(B)/gen/store/schema.sql.h.
GENERATED := $(patsubst src/%,$(B)/gen/%.h,$(wildcard src/*/*.sql))

$(B)/%.o: %.c $(B)/flags | $(GENERATED)
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(COMPILE) $(EXTRA_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/gen/%.h: src/% scripts/gen/embed.awk
	@mkdir -p $(@D)
	$(say) EMBED $<
	$(Q)awk -f scripts/gen/embed.awk $< > $@

-include $(shell find $(B)/scripts $(B)/src $(B)/tests -name '*.d' 2>/dev/null)

# --- Layers and programs -------------------------------------------------------------------------------------------

# Each folder of src/ is a layer and becomes one archive; a program's main.c stays outside of it, so that tests can link the rest.
LAYERS := base conf entry meter model wire store loop api worker listener sim ctl daemon
ARCHIVES := $(LAYERS:%=$(B)/lib%.a)
archives = $(patsubst %,$(B)/lib%.a,$1)
layer-objects = $(call objects,$(filter-out %/main.c,$(wildcard src/$1/*.c)))

# The folder itself is a prerequisite because it changes when a file is taken away.
$(ARCHIVES): $(B)/lib%.a: $$(call layer-objects,$$*) src/%
	@mkdir -p $(@D)
	$(say) AR $@
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $(filter %.o,$^)

PROGRAMS := $(B)/claimd $(B)/claimctl $(B)/claimsim

# The linker looks from left to right: who uses stands before who is used.
$(B)/claimd: $(B)/src/daemon/main.o $(call archives,daemon listener worker api store loop wire model meter entry conf base)
$(B)/claimctl: $(B)/src/ctl/main.o $(call archives,ctl store wire model conf base)
$(B)/claimsim: $(B)/src/sim/main.o $(call archives,sim loop wire model base)

$(PROGRAMS):
	$(say) LINK $@
	$(Q)$(LINK) -o $@ $^ $(LIBRARIES)

all: $(PROGRAMS)

# --- What is generated from tables: sample configuration, man pages, units ------------------------------------------

$(B)/gen-docs: $(B)/scripts/gen/docs.o $(call archives,conf meter model base)
	$(say) LINK $@
	$(Q)$(LINK) -o $@ $^ $(LIBRARIES)

SAMPLE := $(B)/etc/claimd.conf
CATALOG := $(B)/systemd/claimd.catalog
MAN_PAGES := $(patsubst man/%.in,$(B)/man/%,$(wildcard man/*.in))
UNITS := $(patsubst systemd/%.in,$(B)/systemd/%,$(wildcard systemd/*.in)) $(wildcard systemd/*.timer systemd/*.sysusers) $(CATALOG)
units = $(filter $(addprefix %.,$1),$(UNITS))

$(SAMPLE): $(B)/gen-docs
	@mkdir -p $(@D)
	$(say) GEN $@
	$(Q)$(B)/gen-docs sample > $@

# What journalctl -x says of claimd's events.
$(CATALOG): $(B)/gen-docs
	@mkdir -p $(@D)
	$(say) GEN $@
	$(Q)$(B)/gen-docs catalog > $@

# A man page's line that is nothing but @NAME@ is replaced by the text in $(B)/gen/man/NAME.
MAN_TABLES := $(addprefix $(B)/gen/man/,CONF_KEYS ALERTS EVENTS FIELDS METRICS CLAIMS_STATUSES CLAIMS_EDGES DBS_STATUSES DBS_EDGES \
	LAAS_STATUSES LAAS_EDGES)
$(B)/gen/man/CONF_KEYS: VERB = mdoc-conf
$(B)/gen/man/ALERTS: VERB = mdoc-alerts
$(B)/gen/man/EVENTS: VERB = mdoc-events
$(B)/gen/man/FIELDS: VERB = mdoc-fields
$(B)/gen/man/CLAIMS_STATUSES: VERB = mdoc-statuses claims
$(B)/gen/man/CLAIMS_EDGES: VERB = mdoc-edges claims
$(B)/gen/man/DBS_STATUSES: VERB = mdoc-statuses dbs
$(B)/gen/man/DBS_EDGES: VERB = mdoc-edges dbs
$(B)/gen/man/LAAS_STATUSES: VERB = mdoc-statuses laas
$(B)/gen/man/LAAS_EDGES: VERB = mdoc-edges laas
$(B)/gen/man/METRICS: VERB = mdoc-metrics

$(MAN_TABLES): $(B)/gen-docs
	@mkdir -p $(@D)
	$(Q)$(B)/gen-docs $(VERB) > $@

FILL := sed -e 's|@VERSION@|$(VERSION)|g' -e 's|@SYSCONFDIR@|$(sysconfdir)|g' -e 's|@LOCALSTATEDIR@|$(localstatedir)|g' \
	-e 's|@SBINDIR@|$(sbindir)|g' -e 's|@BINDIR@|$(bindir)|g' -e 's|@DOCDIR@|$(docdir)|g'

$(B)/man/%: man/%.in scripts/gen/fill.awk $(MAN_TABLES) $(B)/flags
	@mkdir -p $(@D)
	$(say) GEN $@
	$(Q)$(FILL) $< | awk -v page=$< -v tables=$(B)/gen/man -f scripts/gen/fill.awk > $@

$(B)/systemd/%: systemd/%.in $(B)/flags
	@mkdir -p $(@D)
	$(say) GEN $@
	$(Q)$(FILL) $< > $@

.PHONY: sample man
sample: $(SAMPLE)
man: $(MAN_PAGES)
all: sample man $(UNITS)

# --- Tests ---------------------------------------------------------------------------------------------------------

# tests/RING/test_NAME.c is a program; every other .c file of its folder, and of tests/, is linked to each program there.
RINGS := unit memory component scenario system
ring-programs = $(patsubst %.c,$(B)/%,$(wildcard tests/$1/test_*.c))
ring-helpers = $(call objects,$(filter-out tests/$1/test_% tests/$1/fuzz_% tests/$1/bench_%,$(wildcard tests/$1/*.c)))

# The slowest rings first, so that no long program is left alone at the end.
TEST_PROGRAMS := $(foreach ring,scenario system component memory unit,$(call ring-programs,$(ring)))
FUZZ_PROGRAMS := $(patsubst %.c,$(B)/%,$(wildcard tests/fuzz/fuzz_*.c))
TEST_SCRIPTS := $(wildcard tests/system/*.sh)
TEST_COMMON := $(call objects,$(wildcard tests/*.c))

TEST_CFLAGS = $(if $(HAVE_CHECK),$(CHECK_CFLAGS) -I. -Itests $(if $(HAVE_SECCOMP),-DHAVE_SECCOMP $(SECCOMP_CFLAGS)),$(error \
	The tests need the Check library (Debian: check). Install it, or run scripts/deps, then ./configure again))
# What a test says itself need not be fast, and takes half as long to compile like this; what it tests is as it is built for users.
$(B)/tests/%.o: EXTRA_CFLAGS = $(TEST_CFLAGS) -O0 -U_FORTIFY_SOURCE
$(B)/tests/fuzz/%.o: EXTRA_CFLAGS = -I. -Itests

link-test = $(LINK) $(TEST_LDFLAGS) $1 -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBRARIES)

$(TEST_PROGRAMS): $(B)/tests/%: $(B)/tests/%.o $$(call ring-helpers,$$(*D)) $(TEST_COMMON) $(ARCHIVES)
	$(say) LINK $@
	$(Q)$(call link-test) $(CHECK_LIBS) $(SECCOMP_LIBS)

# What a component's tests set up is what the memory ring sees run short.
$(call ring-programs,memory): $(call ring-helpers,component)

# What a test puts in front of libc in a program: tests/preload/NAME.c becomes $(B)/tests/preload/NAME.so. No sanitizer is in it.
PRELOADS := $(patsubst %.c,$(B)/%.so,$(wildcard tests/preload/*.c))
$(PRELOADS): $(B)/%.so: %.c $(B)/flags
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE $(WARNINGS) -shared -fPIC -o $@ $<

# The same sources twice: with replay.c they run over their corpus in `make check`, with libFuzzer (`make fuzz`) they search for more.
FUZZ_HELPERS := $(call ring-helpers,fuzz)
ifeq ($(SANITIZE),fuzz)
FUZZ_HELPERS := $(filter-out %/replay.o,$(FUZZ_HELPERS))
FUZZ_LDFLAGS := -fsanitize=fuzzer
endif

$(FUZZ_PROGRAMS): $(B)/tests/%: $(B)/tests/%.o $(FUZZ_HELPERS) $(ARCHIVES)
	$(say) LINK $@
	$(Q)$(call link-test,$(FUZZ_LDFLAGS))

# What `make install` makes of a system that has nothing of it yet, for the test that boots one.
.PHONY: tree
tree: all
	$(Q)rm -rf $(B)/tree
	+$(Q)$(MAKE) --no-print-directory -s DESTDIR=$(abspath $(B))/tree install

# Tests run in this folder and find what was built by CLAIMD_BUILD.
RUN_TESTS = CLAIMD_BUILD=$(abspath $(B)) scripts/run-tests

.PHONY: check $(RINGS:%=check-%) check-fuzz check-code check-layers check-style check-proofs check-headers check-man check-units check-rules
.PHONY: check-asan check-clang check-clang-asan

TESTED := $(PROGRAMS) $(SAMPLE) $(TEST_PROGRAMS) $(FUZZ_PROGRAMS) $(PRELOADS) tree
run-all-tests = $(RUN_TESTS) $(TEST_PROGRAMS) $(FUZZ_PROGRAMS) $(TEST_SCRIPTS)

check: check-code check-headers check-man check-units check-rules $(TESTED)
	$(Q)$(run-all-tests)

check-system: $(PROGRAMS) $(SAMPLE) $(PRELOADS) $(CATALOG) tree
$(RINGS:%=check-%): check-%: $$(call ring-programs,$$*)
	$(Q)$(RUN_TESTS) $(call ring-programs,$*) $(wildcard tests/$*/*.sh)

check-fuzz: $(FUZZ_PROGRAMS)
	$(Q)$(RUN_TESTS) $(FUZZ_PROGRAMS)

check-code: check-layers check-style check-proofs

check-layers:
	$(say) CHECK 'layers'
	$(Q)scripts/check-layers

check-style:
	$(say) CHECK 'style'
	$(Q)scripts/check-style

check-proofs:
	$(say) CHECK 'the tests that RELIABILITY.md names'
	$(Q)scripts/check-proofs

check-headers: $(GENERATED)
	$(say) CHECK 'headers compile alone'
	$(Q)scripts/check-headers $(COMPILE) -I. -Itests

check-man: $(MAN_PAGES)
	$(say) CHECK 'man pages'
	$(Q)scripts/check-man $(MAN_PAGES)

check-units: $(PROGRAMS) $(UNITS)
	$(say) CHECK 'units'
	$(Q)scripts/check-units $(B) $(UNITS)

check-rules:
	$(say) CHECK 'alert rules and dashboard'
	$(Q)scripts/check-rules

# The same tests, built otherwise, in a build folder of their own.
check-asan:
	+$(Q)$(MAKE) --no-print-directory B=$(B)-asan SANITIZE=1 check
check-clang:
	+$(Q)$(MAKE) --no-print-directory B=$(B)-clang CC=clang SANITIZE= check
check-clang-asan:
	+$(Q)$(MAKE) --no-print-directory B=$(B)-clang-asan CC=clang SANITIZE=1 check

# Longer than make check has time for: kill -9 in ROUNDS rounds, from SEED on, and power cuts, SEEDS times at each point.
ROUNDS = 500
SEED = 1
SEEDS = 20
.PHONY: kill9 powercut
kill9: $(B)/tests/system/test_kill9 $(PROGRAMS)
	$(Q)CLAIMD_BUILD=$(abspath $(B)) KILL9_ROUNDS=$(ROUNDS) KILL9_SEED=$(SEED) CK_TIMEOUT_MULTIPLIER=$(ROUNDS) $<

powercut: $(foreach ring,component scenario,$(B)/tests/$(ring)/test_powercut)
	$(Q)$(foreach program,$^,POWERCUT_SEEDS=$(SEEDS) CK_TIMEOUT_MULTIPLIER=$(SEEDS) $(program) &&) true

.PHONY: fuzz fuzz-programs
fuzz:
	+$(Q)$(MAKE) --no-print-directory B=$(B)-fuzz CC=clang SANITIZE=fuzz fuzz-programs
fuzz-programs: $(FUZZ_PROGRAMS)
	@printf '\nRun one with its corpus, for instance\n'
	@for program in $(FUZZ_PROGRAMS); do \
		name=$${program##*/fuzz_}; echo "  $$program -max_total_time=60 tests/fuzz/corpus/$$name"; done

# --- Exhaustion ----------------------------------------------------------------------------------------------------

# The tests of that name go over every order of every set of observations, up to a bound; here it is higher than in `make check`, and
# takes a core some twelve minutes.
EXHAUSTING := $(patsubst %.c,$(B)/%,$(wildcard tests/*/test_*arrivals*.c))

.PHONY: exhaust
exhaust: $(EXHAUSTING)
	$(Q)for program in $^; do EXHAUST=1 CK_VERBOSITY=minimal $$program || exit 1; done

# --- Coverage ------------------------------------------------------------------------------------------------------

# Every test once more, with counters, in a build folder of its own; then the layers are held against their marks.
.PHONY: coverage coverage-report
coverage:
	@command -v gcovr >/dev/null || { echo 'There is no gcovr (Debian: gcovr); scripts/deps --proof installs it.'; exit 1; }
	+$(Q)BEGAN=$$(date +%s) $(MAKE) --no-print-directory B=$(B)-coverage CC=gcc SANITIZE=coverage coverage-report

# What counts each line takes several times as long.
coverage-report: $(TESTED)
	$(Q)find $(B) -name '*.gcda' -delete
	$(Q)CK_TIMEOUT_MULTIPLIER=5 $(run-all-tests)
	$(Q)scripts/coverage $(B)

# --- Analysis ------------------------------------------------------------------------------------------------------

# Each file that an analyzer has nothing to say of leaves a stamp, $(B)/analyze/TOOL/FILE.ok; the object tells when a header changed.
ANALYZED := $(wildcard src/*/*.c scripts/gen/*.c tests/*.c tests/*/*.c)
stamps = $(patsubst %.c,$(B)/analyze/$1/%.ok,$2)
# The tests are left to the others: Check leaves a test by longjmp(), which gcc's analyzer can't follow to an end.
GCC_STAMPS := $(call stamps,gcc,$(filter src/% scripts/%,$(ANALYZED)))
TIDY_STAMPS := $(call stamps,tidy,$(ANALYZED))
SHELL_SCRIPTS = $(shell grep -lE '^\#!/bin/(ba)?sh' $$(find scripts tests .ci debian -type f -size -64))

$(B)/analyze/tidy/tests/%: private EXTRA_CFLAGS = $(TEST_CFLAGS)
$(GCC_STAMPS): $(B)/analyze/gcc/%.ok: %.c $(B)/%.o scripts/analyze scripts/analyze.waivers
	@mkdir -p $(@D)
	$(say) GCC $<
	$(Q)scripts/analyze gcc $< $(DIALECT) -O2
	@touch $@
$(TIDY_STAMPS): $(B)/analyze/tidy/%.ok: %.c $(B)/%.o .clang-tidy scripts/analyze scripts/analyze.waivers
	@mkdir -p $(@D)
	$(say) TIDY $<
	$(Q)scripts/analyze tidy $< $(DIALECT) $(EXTRA_CFLAGS)
	@touch $@

.PHONY: analyze analyze-gcc analyze-tidy analyze-cppcheck analyze-shell
analyze: analyze-gcc analyze-tidy analyze-cppcheck analyze-shell

analyzer = command -v $1 >/dev/null || { echo 'analyze: $1 is missing; scripts/deps --proof installs it' >&2; exit 69; }
nothing-found = @printf '  %-7s %s\n' CLEAN '$1: $2'

analyze-gcc: $(GCC_STAMPS)
	$(call nothing-found,gcc -fanalyzer,$(words $(GCC_STAMPS)) files)

analyze-tidy: $(TIDY_STAMPS)
	$(call nothing-found,clang-tidy,$(words $(TIDY_STAMPS)) files)

# It keeps what it knows of each file, and reads no header of a library: where one has a macro that makes a declaration, that is told here.
analyze-cppcheck: scripts/analyze.cppcheck | $(GENERATED)
	@$(call analyzer,cppcheck)
	@mkdir -p $(B)/analyze/cppcheck
	$(say) CPPCHECK 'src tests scripts/gen'
	$(Q)cppcheck --quiet -j $(or $(patsubst -j%,%,$(filter -j%,$(MAKEFLAGS))),1) --cppcheck-build-dir=$(B)/analyze/cppcheck \
		--enable=warning,performance,portability --std=c11 --library=posix,gnu,sqlite3,libcurl --error-exitcode=1 \
		--suppressions-list=$< --template='{file}:{line}:{column}: {severity}: {message} [{id}]' \
		-Isrc -I$(B)/gen -I. -Itests -D_GNU_SOURCE $(PATHS) \
		'-DTAILQ_HEAD(name,type)=struct name' '-DSTAILQ_HEAD(name,type)=struct name' src tests scripts/gen
	$(call nothing-found,cppcheck,$(words $(ANALYZED)) files)

# SC2317 takes a function that is called by a name in a variable for one that nobody calls.
analyze-shell:
	@$(call analyzer,shellcheck)
	$(Q)shellcheck --exclude=SC2317 $(SHELL_SCRIPTS)
	$(call nothing-found,shellcheck,$(words $(SHELL_SCRIPTS)) scripts)

# The programs in the system tests, and the programs of other rings, with memcheck watching; VALGRIND_RINGS: component and scenario, too.
VALGRIND_RINGS ?= system unit fuzz
VALGRIND_PROGRAMS = $(foreach ring,$(filter-out fuzz,$(VALGRIND_RINGS)),$(call ring-programs,$(ring))) \
	$(if $(filter fuzz,$(VALGRIND_RINGS)),$(FUZZ_PROGRAMS))

.PHONY: check-valgrind
check-valgrind: $(PROGRAMS) $(SAMPLE) $(CATALOG) $(UNITS) $(PRELOADS) $$(VALGRIND_PROGRAMS)
	$(Q)scripts/check-valgrind $(B) $(VALGRIND_PROGRAMS)

# --- Benchmarks ----------------------------------------------------------------------------------------------------

# tests/bench/bench_NAME.c is a program of its own, without Check, that `make bench-NAME` builds and runs; no part of `make check`.
BENCH_PROGRAMS := $(patsubst %.c,$(B)/%,$(wildcard tests/bench/bench_*.c))
BENCHES := $(patsubst tests/bench/bench_%.c,bench-%,$(wildcard tests/bench/bench_*.c))
$(B)/tests/text_file.o $(B)/tests/bench/%.o: EXTRA_CFLAGS = -I. -Itests

$(BENCH_PROGRAMS): $(B)/tests/%: $(B)/tests/%.o $$(call ring-helpers,bench) $(B)/tests/text_file.o \
		$(call archives,worker api store loop wire model meter entry conf base)
	$(say) LINK $@
	$(Q)$(call link-test)

# How much and where: make bench-journal BENCH_OPTIONS='--events 200000 --dir /srv'
# Some of them run the programs, which they find by CLAIMD_BUILD.
.PHONY: $(BENCHES)
$(BENCHES): bench-%: $(B)/tests/bench/bench_% $(PROGRAMS)
	$(Q)CLAIMD_BUILD=$(abspath $(B)) $< $(BENCH_OPTIONS)

# What claimd is held against and has to be built; the other rivals are scripts.
BENCH_RIVALS := $(patsubst %.c,$(B)/%,$(wildcard tests/bench/rivals/*.c))
$(BENCH_RIVALS): $(B)/%: $(B)/%.o
	$(say) LINK $@
	$(Q)$(LINK) -o $@ $^ $(MHD_LIBS)

# All of them, and claimd beside its rivals: make bench BENCH_OPTIONS=--quick
.PHONY: bench
bench: $(PROGRAMS) $(BENCH_PROGRAMS) $(BENCH_RIVALS)
	$(Q)scripts/bench --build $(B) $(BENCH_OPTIONS)

# --- Soak ----------------------------------------------------------------------------------------------------------

# A month of a large shop on compressed time: scripts/soak runs it; a short one is a test of the system ring. The hourglass is linked to
# it, and put in front of libc in claimd.
SOAK := $(B)/tests/soak/soak
$(B)/tests/soak/%.o: EXTRA_CFLAGS = -I. -Itests
$(B)/tests/preload/%.o: EXTRA_CFLAGS = -I. -Itests
$(B)/tests/preload/hourglass.so: tests/preload/hourglass.h

$(SOAK): $(call objects,$(wildcard tests/soak/*.c) tests/preload/hourglass.c tests/text_file.c) $(call archives,sim loop wire model base)
	$(say) LINK $@
	$(Q)$(call link-test)

.PHONY: soak-programs
soak-programs: $(SOAK) $(PRELOADS) $(PROGRAMS)
check check-system coverage-report: $(SOAK)

# --- Installation --------------------------------------------------------------------------------------------------

DOCUMENTS := $(wildcard README README.md RELIABILITY.md NEWS COPYING)
EXAMPLES = $(shell find etc -type f ! -path 'etc/completion/*' | LC_ALL=C sort)

# Where bash looks; and zsh, on Debian, for what packages bring, or what was built here.
bashcompletiondir = $(datarootdir)/bash-completion/completions
zshcompletiondir = $(datarootdir)/zsh/$(if $(filter /usr,$(prefix)),vendor-completions,site-functions)

# What goes where, in words MODE:FILE:TARGET. This list is all that install and uninstall know, so that they agree.
as = $1:$2:$3
into = $(foreach file,$2,$(call as,$1,$(file),$3/$(notdir $(file))))

PLACES = $(call into,755,$(B)/claimd,$(sbindir)) \
	$(call into,755,$(B)/claimctl $(B)/claimsim,$(bindir)) \
	$(foreach page,$(MAN_PAGES),$(call into,644,$(page),$(mandir)/man$(subst .,,$(suffix $(page))))) \
	$(call as,644,etc/completion/claimctl.bash,$(bashcompletiondir)/claimctl) \
	$(call into,644,etc/completion/_claimctl,$(zshcompletiondir)) \
	$(call into,644,$(DOCUMENTS),$(docdir)) \
	$(foreach file,$(EXAMPLES),$(call as,644,$(file),$(docdir)/examples/$(file:etc/%=%)))

ifneq ($(systemdsystemunitdir),)
PLACES += $(call into,644,$(call units,service socket timer),$(systemdsystemunitdir)) \
	$(call into,644,$(CATALOG),$(catalogdir)) \
	$(foreach file,$(call units,sysusers),$(call as,644,$(file),$(sysusersdir)/$(basename $(notdir $(file))).conf)) \
	$(foreach file,$(call units,tmpfiles),$(call as,644,$(file),$(tmpfilesdir)/$(basename $(notdir $(file))).conf))
endif

each-place = printf '%s\n' $(PLACES) | while IFS=: read -r mode file target
our_conf = $(DESTDIR)$(sysconfdir)/claimd

.PHONY: install uninstall
install: all
	$(say) INSTALL '$(DESTDIR)$(prefix)'
	$(Q)$(each-place); do install -D -m "$$mode" "$$file" "$(DESTDIR)$$target" || exit 1; done
	$(Q)install -d $(our_conf)/claimd.conf.d
	$(Q)test -e $(our_conf)/claimd.conf || install -m 644 $(SAMPLE) $(our_conf)/claimd.conf
ifneq ($(systemdsystemunitdir),)
	@test -n '$(DESTDIR)' || printf '%s\n' '' 'On a system that runs systemd, these do the rest:' \
		'  systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload' \
		'  journalctl --update-catalog' '  systemctl enable --now claimd.socket claimd.service'
endif

# The configuration stays: it is the operator's.
uninstall:
	$(say) REMOVE '$(DESTDIR)$(prefix)'
	$(Q)$(each-place); do rm -f "$(DESTDIR)$$target" || exit 1; done
	$(Q)test ! -d $(DESTDIR)$(docdir) || find $(DESTDIR)$(docdir) -depth -type d -empty -delete
	$(Q)test ! -d $(our_conf)/claimd.conf.d || rmdir --ignore-fail-on-non-empty $(our_conf)/claimd.conf.d

# --- Release -------------------------------------------------------------------------------------------------------

NAME := claimd-$(VERSION)
TARBALL := $(NAME).tar.gz

# What git knows; in an unpacked tarball, whatever is not a build's product.
list-files = if test -e .git; then git ls-files; else \
	find . -type f ! -path './$(B)*' ! -path './build*' ! -path './autom4te.cache/*' ! -name '$(NAME)*' \
	! -name 'config.*[gks]' ! -name configure | sed 's|^\./||'; fi

.PHONY: dist distcheck
dist: $(TARBALL)
	@echo "$(TARBALL) is ready"

.PHONY: $(TARBALL)
$(TARBALL): configure
	$(Q)( $(list-files); echo configure ) | LC_ALL=C sort -u | tar --create --gzip --file=$@ --files-from=- \
		--transform='s|^|$(NAME)/|' --owner=0 --group=0 --numeric-owner --mtime='$(or $(SOURCE_DATE_EPOCH:%=@%),now)'

# The tarball alone must build, pass all its tests, install and uninstall, make the same tarball again, and be as it was after
# distclean.
distcheck: dist
	rm -rf $(B)/distcheck
	mkdir -p $(B)/distcheck
	tar -xzf $(TARBALL) -C $(B)/distcheck
	cd $(B)/distcheck/$(NAME) && ./configure --prefix=/usr
	+$(MAKE) -C $(B)/distcheck/$(NAME) B=build check
	+$(MAKE) -C $(B)/distcheck/$(NAME) B=build install DESTDIR=$(abspath $(B))/distcheck/root
	+$(MAKE) -C $(B)/distcheck/$(NAME) B=build uninstall DESTDIR=$(abspath $(B))/distcheck/root
	+$(MAKE) -C $(B)/distcheck/$(NAME) B=build dist
	tar -tzf $(TARBALL) > $(B)/distcheck/before
	tar -tzf $(B)/distcheck/$(NAME)/$(NAME).tar.gz | cmp - $(B)/distcheck/before
	find $(B)/distcheck/root ! -type d ! -path '*/claimd/claimd.conf' | (! grep .)
	+$(MAKE) -C $(B)/distcheck/$(NAME) B=build distclean
	cd $(B)/distcheck && find $(NAME) ! -type d | LC_ALL=C sort | cmp - before
	rm -rf $(B)/distcheck

# --- Tidying and help ----------------------------------------------------------------------------------------------

.PHONY: clean distclean help
clean:
	rm -rf $(B) $(B)-asan $(B)-clang $(B)-clang-asan $(B)-fuzz $(B)-fuzz-coverage $(B)-afl $(B)-coverage

# In a tarball configure stays: who unpacks it may have no autoconf.
distclean: clean
	rm -rf config.mk config.log config.status configure~ autom4te.cache claimd-*.tar.gz
	test ! -e .git || rm -f configure

help:
	@echo 'make                  the programs, man pages and sample configuration, in $(B)/'
	@echo 'make check            all tests and checks; check-unit, check-memory, check-component, check-scenario, check-system,'
	@echo '                      check-fuzz, check-code, check-headers, check-man, check-units, check-rules: a part of them'
	@echo 'make check-asan       the same under AddressSanitizer and UndefinedBehaviorSanitizer'
	@echo 'make check-clang      the same with clang; check-clang-asan: both'
	@echo 'make exhaust          every order of every set of up to 6 observations; some twelve minutes'
	@echo 'make fuzz             libFuzzer programs, with clang; scripts/fuzz --minutes N builds and runs them all'
	@echo 'make kill9            kills claimd under load, ROUNDS=500 times from SEED=1 on, of each kind of work'
	@echo 'make powercut         cuts the power at each write and sync, with SEEDS=20 chances each'
	@echo 'make coverage         all tests with counters: a table of the layers, and an HTML report of what no test reaches'
	@echo 'make bench            how fast all of it is, beside what else could be used; BENCH_OPTIONS=--help tells more'
	@echo 'make bench-NAME       what it costs, in numbers: journal, growth, reports, restart, memory, fetches; fill makes the files'
	@echo '                      of up to ten million transitions that most of them use; BENCH_OPTIONS="--rows-max N --dir DIR"'
	@echo 'make analyze          gcc -fanalyzer, clang-tidy, cppcheck and shellcheck; analyze-gcc, analyze-tidy, analyze-cppcheck,'
	@echo '                      analyze-shell: a part of it'
	@echo 'make check-valgrind   system, unit and fuzz tests under memcheck, half an hour; VALGRIND_RINGS="component scenario": those'
	@echo 'make sample, man      only the sample configuration, only the man pages'
	@echo 'make install          to where configure was told; DESTDIR= and prefix= are honoured; also uninstall'
	@echo 'make dist, distcheck  a tarball; the same, tried out'
	@echo 'make clean, distclean'
	@echo
	@echo 'B=FOLDER builds elsewhere, V=1 shows commands, WERROR=1 makes warnings errors, SANITIZE=1 adds sanitizers.'
