#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What `make install` puts where, for the usual prefixes as configure takes them and for one given to make, and that `make
# uninstall` takes away all of it but the configuration.
# System tests. In a copy of the tree, below a folder of its own: the programs are those that were built already, and only what
# holds paths as text is made anew.
set -euo pipefail
unset MAKEFLAGS MAKELEVEL MFLAGS

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tree=$folder/tree
root=$folder/root

fail() # TEXT...
{
	echo "test_install: $*" >&2
	exit 1
}

copy_tree()
{
	mkdir -p "$tree/build"
	cp -Rp Makefile configure configure.ac config.mk.in src scripts man systemd etc README* RELIABILITY.md NEWS COPYING "$tree"
	ln -s "$CLAIMD_BUILD"/{claimd,claimctl,claimsim,gen-docs} "$tree/build"
}

configure() # OPTION...
{
	(cd "$tree" && ./configure "$@") >"$folder/log" 2>&1 || fail "configure $*: $(<"$folder/log")"
}

# Nothing is compiled or linked: that would be another program than the one that was tested.
run_make() # ARGUMENT...
{
	make -C "$tree" B=build -o build/claimd -o build/claimctl -o build/claimsim -o build/gen-docs DESTDIR="$root" "$@" \
		>"$folder/log" 2>&1 || fail "make $*: $(<"$folder/log")"
	! grep -E '^  (CC|LINK) ' "$folder/log" || fail "make $* has built a program"
}

# --- What must be there ----------------------------------------------------------------------------------------------

list_systemd() # PREFIX UNIT-FOLDER
{
	local file name

	for file in systemd/*; do
		name=$(basename "$file" .in)
		case $name in
		*.service | *.socket | *.timer) echo "644 $2/$name" ;;
		*.sysusers) echo "644 $1/lib/sysusers.d/${name%.*}.conf" ;;
		*.tmpfiles) echo "644 $1/lib/tmpfiles.d/${name%.*}.conf" ;;
		*) fail "nobody knows where $file is installed" ;;
		esac
	done
}

list_expected() # PREFIX SYSCONFDIR UNIT-FOLDER
{
	local file name

	printf "755 $1/%s\n" sbin/claimd bin/claimctl bin/claimsim
	for file in man/*; do
		name=$(basename "$file" .in)
		echo "644 $1/share/man/man${name##*.}/$name"
	done
	for file in README* RELIABILITY.md NEWS COPYING; do
		echo "644 $1/share/doc/claimd/$file"
	done
	echo "644 $1/share/bash-completion/completions/claimctl"
	if [[ $1 == /usr ]]; then
		echo "644 $1/share/zsh/vendor-completions/_claimctl"
	else
		echo "644 $1/share/zsh/site-functions/_claimctl"
	fi
	find etc -type f ! -path 'etc/completion/*' -printf "644 $1/share/doc/claimd/examples/%P\n"
	list_systemd "$1" "$3"
	echo "644 $1/lib/systemd/catalog/claimd.catalog"
	echo "644 $2/claimd/claimd.conf"
}

list_installed()
{
	find "$root" ! -type d -printf '%m /%P\n'
}

assert_same() # WHAT EXPECTED ACTUAL
{
	diff <(sort <<<"$2") <(sort <<<"$3") || fail "$1: < is expected, > is there"
}

# --- What must be in it ----------------------------------------------------------------------------------------------

# Where a path is said, it is that of the installed system.
assert_paths() # PREFIX SYSCONFDIR LOCALSTATEDIR UNIT-FOLDER
{
	local unit=$root$4/claimd.service

	# In a catalog such a name is the journal's to fill in.
	! grep -rIE --exclude='*.catalog' '@[A-Z_]+@' "$root" || fail "a name is left that stands for a path"
	! grep -rIF -e "$folder" "$root" || fail "a path of the build is left"
	grep -qx "ExecStart=$1/sbin/claimd" "$unit" || fail "claimd.service starts another claimd"
	grep -qF "$3/lib/claimd/claimd.db" "$root$4/claimd-backup.service" || fail "claimd-backup.service keeps another database"
	grep -qF "$2/claimd/claimd.conf" "$root$1/share/man/man8/claimd.8" || fail "claimd(8) names another configuration"
}

# A comment, a section or nothing: what is installed decides nothing, and holds no secret.
assert_sample() # FILE
{
	! grep -nvE '^([#;].*|\[.*\]|)$' "$1" || fail "the sample configuration sets something"
}

# --- The test --------------------------------------------------------------------------------------------------------

try_install() # PREFIX SYSCONFDIR LOCALSTATEDIR MAKE-ARGUMENT...
{
	local prefix=$1 sysconfdir=$2 localstatedir=$3 units conf
	shift 3
	conf=$root$sysconfdir/claimd

	rm -rf "$root"
	run_make install "$@"
	units=$(find "$root" -name claimd.service -printf '/%P\n')
	units=${units%/claimd.service}
	[[ $units == /lib/systemd/system || $units == "$prefix/lib/systemd/system" ]] || fail "units in $units"
	assert_same "installed for $prefix" "$(list_expected "$prefix" "$sysconfdir" "$units")" "$(list_installed)"
	[[ -z $(find "$root" -mindepth 1 -type d ! -perm 755) ]] || fail "a folder's mode is not 755"
	[[ -d $conf/claimd.conf.d ]] || fail "there is no claimd.conf.d"
	assert_paths "$prefix" "$sysconfdir" "$localstatedir" "$units"
	assert_sample "$conf/claimd.conf"

	# A second time, over what the operator has written.
	echo "# mine" >>"$conf/claimd.conf"
	run_make install "$@"
	grep -qx "# mine" "$conf/claimd.conf" || fail "the operator's configuration was written over"

	touch "$conf/claimd.conf.d/mine.conf" "$root$prefix/bin/other"
	run_make uninstall "$@"
	assert_same "left for $prefix" "$(printf '%s\n' "$sysconfdir/claimd/claimd.conf" \
		"$sysconfdir/claimd/claimd.conf.d/mine.conf" "$prefix/bin/other")" "$(find "$root" ! -type d -printf '/%P\n')"
	[[ ! -e $root$prefix/share/doc/claimd ]] || fail "an empty folder is left"
}

copy_tree
configure --prefix=/usr
try_install /usr /etc /var
configure
try_install /usr/local /usr/local/etc /var
try_install /opt/claimd /etc/opt /var/opt prefix=/opt/claimd sysconfdir=/etc/opt localstatedir=/var/opt

configure --without-systemdsystemunitdir
rm -rf "$root"
run_make install
[[ -z $(find "$root" -path '*systemd*' -o -name '*.d' ! -name claimd.conf.d) ]] || fail "files for systemd, which are not wanted"
