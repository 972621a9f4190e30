#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The service as it is installed: started, called, reloaded, killed and seen to come back, on a socket that refuses nobody, and
# with nothing lost.
# System tests. Where the machine allows it (root, namespaces, a systemd), a real systemd is booted as PID 1 of a system of its own,
# with claimd.service and its whole sandbox, in which a forbidden system call kills; the watchdog and the backup are tried as well.
# Elsewhere tests/boot/manager.py takes the part of systemd. Which of the two it was is said.
set -euo pipefail
unset MAKEFLAGS MAKELEVEL MFLAGS

readonly SECRET=s3cret-of-main
readonly CLAIMS=30
readonly CALLS=100      # before and after each event
readonly BOOT_LIMIT_S=30
readonly LIMIT_S=60     # for anything else that is waited for
readonly CANT_BOOT=77

fail() # TEXT...
{
	echo "test_service: $*" >&2
	"${kind}_tell" >&2 || true
	exit 1
}

await() # WHAT COMMAND...
{
	local what=$1 end=$((SECONDS + LIMIT_S))
	shift

	until "$@"; do
		((SECONDS < end)) || fail "$what: waited for in vain"
		sleep 0.1
	done
}

service() # VERB ARGUMENT...
{
	local verb=$1
	shift

	"${kind}_$verb" "$@"
}

write_conf() # FOLDER-OF-SECRETS UPSTREAM
{
	printf '%s\n' '[delivery main]' "base_url = http://$2" 'stale_retry = 50ms..150ms' 'requests_per_second = 100' \
		"callback_secret_file = $1/delivery-main.secret" "token_file = $1/delivery-main.token"
}

write_secrets() # FOLDER
{
	mkdir -m 0700 "$1"
	echo "$SECRET" >"$1/delivery-main.secret"
	echo "token-of-main" >"$1/delivery-main.token"
}

# --- A real systemd, as PID 1 ----------------------------------------------------------------------------------------

# This machine's programs, in the booted system's namespaces: in all of them, or in its network alone.
in_system() # COMMAND...
{
	nsenter --target "$init" --mount --pid --net --cgroup --uts --ipc -- "$@"
}

systemd_net() # COMMAND...
{
	nsenter --target "$init" --net -- "$@"
}

unit_has() # PROPERTY [UNIT]
{
	in_system systemctl show --property="$1" --value "${2-claimd.service}"
}

unit_is() # PROPERTY VALUE [UNIT]
{
	[[ $(unit_has "$1" "${3-claimd.service}") == "$2" ]]
}

# What the test changes in the unit: a system call that is forbidden kills instead of failing, and the watchdog is impatient.
prepare_tree()
{
	local conf dropin=$work/tree/etc/systemd/system/claimd.service.d

	cp -R "$CLAIMD_BUILD/tree" "$work/tree"
	conf=$(dirname "$(find "$work/tree" -path '*/claimd/claimd.conf')")
	write_secrets "$conf/credentials"
	# shellcheck disable=SC2016 # it is claimd that puts the folder in
	write_conf '${CREDENTIALS_DIRECTORY}' localhost:9000 >"$conf/claimd.conf.d/test.conf"
	conf=${conf#"$work/tree"}
	mkdir -p "$dropin"
	printf '%s\n' '[Service]' "LoadCredential=delivery-main.secret:$conf/credentials/delivery-main.secret" \
		"LoadCredential=delivery-main.token:$conf/credentials/delivery-main.token" \
		'SystemCallErrorNumber=' 'WatchdogSec=8s' >"$dropin/test.conf"
	# A leak detector looks at its own process in a way that the sandbox forbids.
	mkdir -p "$work/tree/etc/systemd/system.conf.d"
	printf '%s\n' '[Manager]' 'DefaultEnvironment=ASAN_OPTIONS=detect_leaks=0' >"$work/tree/etc/systemd/system.conf.d/test.conf"
}

end_children()
{
	local children
	children=$(jobs -p)

	# shellcheck disable=SC2086 # a list of them
	[[ -z $children ]] || kill $children 2>/dev/null || true
}

# The first process of a namespace takes all others with it.
end_system() # PROCESS CGROUP
{
	end_children
	kill -KILL "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
	# The kernel takes a moment to take the last process away.
	for _ in {1..100}; do
		find "$2" -depth -type d -exec rmdir {} \; 2>/dev/null || true
		[[ -e $2 ]] || return 0
		sleep 0.1
	done
}

is_booted()
{
	[[ -e $work/root.pid ]] || return 1
	init=$(<"$work/root.pid")
	in_system systemctl --quiet is-active claimd-test.target 2>/dev/null
}

boot()
{
	local cgroup=$work/cgroup/claimd-test.$$ end=$((SECONDS + BOOT_LIMIT_S)) process

	mkdir "$work/cgroup" "$work/root"
	mount -t tmpfs -o mode=755 claimd-root "$work/root"
	{ mount -t cgroup2 cgroup2 "$work/cgroup" && mkdir "$cgroup"; } 2>"$work/boot.log" || return 1
	(
		echo "$BASHPID" >"$cgroup/cgroup.procs"
		exec setpriv --pdeathsig KILL unshare --pid --fork --kill-child --cgroup --mount --uts --ipc --net \
			tests/boot/become-init "$work/root" "$work/tree"
	) &>"$work/boot.log" &
	process=$!
	# shellcheck disable=SC2064 # as they are now
	trap "end_system $process '$cgroup'" EXIT
	until is_booted; do
		((SECONDS < end)) && kill -0 "$process" 2>/dev/null || return 1
		sleep 0.1
	done
}

systemd_tell()
{
	in_system systemctl status --no-pager --full claimd.service claimd.socket claimd-backup.service || true
	in_system journalctl --no-pager --lines=60 || true
}

systemd_start()
{
	public=127.0.0.1:8080
	database=$work/root/var/lib/claimd/claimd.db
	nsenter --target "$init" --net -- "$CLAIMD_BUILD/claimsim" --listen 127.0.0.1:9000 "${sim_options[@]}" >"$work/claimsim.log" 2>&1 &
	in_system systemctl start claimd.socket claimd.service || fail "claimd.service does not start"
	unit_is ActiveState active || fail "claimd.service is not active"
	[[ $(unit_has StatusText) == "1 source"* ]] || fail "its status is: $(unit_has StatusText)"
}

systemd_upstream()
{
	echo 127.0.0.1:9000
}

systemd_pid()
{
	unit_has MainPID
}

systemd_is_back() # PID-BEFORE
{
	[[ $(unit_has MainPID) != "$1" ]] && unit_is ActiveState active
}

systemd_reload()
{
	in_system systemctl reload claimd.service || fail "claimd.service does not reload"
	await "the end of the reload" unit_is SubState running
	in_system journalctl --unit=claimd.service --grep="the configuration was reloaded" --quiet --no-pager >/dev/null ||
		fail "claimd has not reloaded"
}

systemd_kill()
{
	in_system systemctl kill --signal=KILL claimd.service
}

systemd_log()
{
	in_system journalctl --unit=claimd.service --no-pager --output=cat
}

# What the kernel says of the process: no user of weight, no rights that are left, no way back to any, and a filter.
check_sandbox()
{
	local status wanted
	status=$(in_system cat "/proc/$(systemd_pid)/status" | tr '\t' ' ')

	[[ $status != *"Uid: 0 "* ]] || fail "it runs as root"
	for wanted in 'CapEff: 0000000000000000' 'CapBnd: 0000000000000000' 'NoNewPrivs: 1' 'Seccomp: 2'; do
		[[ $status == *"$wanted"* ]] || fail "the sandbox has a hole, no \"$wanted\": $status"
	done
}

# Who comes through the control socket is known by his user id.
check_control()
{
	local answer
	answer=$(in_system curl --silent --max-time 10 --header 'Content-Type: application/json' --data '{"kind":"prune"}' \
		--unix-socket /run/claimd/control.sock http://localhost/actions)

	[[ $answer == *'"actions":'* ]] || fail "the control socket answers: $answer"
	[[ $(sql "SELECT requested_by FROM report_actions WHERE kind = 'prune'") == uid:0 ]] || fail "nobody knows who that was"
}

# A hint that nobody is told of: the worker sticks, the watchdog starves, and who comes next folds it.
check_watchdog()
{
	local pid
	pid=$(systemd_pid)

	sql "INSERT INTO inbox (source_id, kind, owes, external_id, received_us, quirks, asks_to_cancel)
	     SELECT source_id, 'callback', 1, external_id, 1, 0, 0 FROM shipment LIMIT 1"
	await "the watchdog" systemd_is_back "$pid"
	[[ $(systemd_log) == *"stuck: hints are not folded"* ]] || fail "it did not say why"
	await "the hint" holds "SELECT count(*) FROM report_notifications WHERE state <> 'done'" 0
	unit_is NRestarts 2 || fail "it was started again $(unit_has NRestarts) times, not twice: killed once, starved once"
}

check_backup()
{
	local copy

	in_system systemctl start claimd-backup.timer || fail "claimd-backup.timer does not start"
	[[ -n $(unit_has NextElapseUSecRealtime claimd-backup.timer) ]] || fail "no backup is planned"
	for _ in 1 2; do
		in_system systemctl start claimd-backup.service || fail "claimd-backup.service fails"
	done
	copy=$(find "$work/root/var/lib/claimd-backup" -name 'claimd-*.db')
	[[ $(sqlite3 "$copy" 'PRAGMA integrity_check; SELECT count(*) FROM report_transitions') == \
		"ok"$'\n'"$(sql "SELECT count(*) FROM report_transitions")" ]] || fail "the backup is no copy"
}

# While it is stopped the socket stays: who calls is answered by the next one, which is started for that.
check_activation()
{
	in_system systemctl stop claimd.service 2>/dev/null || fail "claimd.service does not stop"
	unit_is Result success || fail "it stopped with $(unit_has Result)"
	[[ $(post x1 unknown) == 200 ]] || fail "a call to a stopped service was not answered"
	unit_is ActiveState active || fail "a call has not started it"
}

# A wrong configuration is not tried again.
check_refusal()
{
	local etc=$work/root/etc program
	program=$(find "$work/tree" -path '*/sbin/claimd')

	printf '%s\n' '[daemon]' 'no_such_key = 1' >"$etc/wrong.conf"
	printf '%s\n' '[Service]' 'ExecStart=' "ExecStart=${program#"$work/tree"} -c /etc/wrong.conf" \
		>"$etc/systemd/system/claimd.service.d/wrong.conf"
	in_system systemctl daemon-reload
	! in_system systemctl restart claimd.service 2>/dev/null || fail "it starts with a wrong configuration"
	unit_is ExecMainStatus 78 || fail "it ended with $(unit_has ExecMainStatus), not 78"
	unit_is SubState failed || fail "it is $(unit_has SubState), not failed for good"
}

systemd_check_more()
{
	check_sandbox
	check_control
	check_watchdog
	check_backup
	check_activation
	check_refusal
	in_system systemctl stop claimd.socket claimd.service || fail "they do not stop"
}

# --- A manager of our own --------------------------------------------------------------------------------------------

manager_net() # COMMAND...
{
	"$@"
}

manager_upstream()
{
	sed -n 's|^claimsim: listening on http://||p' "$work/claimsim.log"
}

manager_tell()
{
	cat "$work/claimd.log" "$work/told"
}

manager_start()
{
	database=$work/claimd.db
	"$CLAIMD_BUILD/claimsim" "${sim_options[@]}" >"$work/claimsim.log" 2>&1 &
	await "claimsim" grep -q "listening on" "$work/claimsim.log"
	write_secrets "$work/credentials"
	{
		printf '%s\n' '[daemon]' "database = $database" "control_socket = $work/control.sock" '[admin]' 'address = 127.0.0.1:0'
		write_conf "$work/credentials" "$(manager_upstream)"
	} >"$work/claimd.conf"
	tests/boot/manager.py "$work" "$CLAIMD_BUILD/claimd" -c "$work/claimd.conf" >"$work/claimd.log" 2>&1 &
	manager=$!
	await "the manager" test -e "$work/starts"
	public=$(<"$work/address")
	# It may be started by the first call.
	[[ $(post first unknown) == 200 ]] || fail "the first call was not answered"
	await "readiness" grep -q '^READY=1' "$work/told"
}

manager_pid()
{
	cat "$work/pid"
}

manager_n_ready()
{
	grep -c '^READY=1' "$work/told"
}

manager_is_ready_again()
{
	(($(manager_n_ready) > n_ready))
}

manager_is_back() # PID-BEFORE
{
	[[ $(manager_pid) != "$1" ]] && manager_is_ready_again
}

manager_reload()
{
	n_ready=$(manager_n_ready)
	kill -HUP "$manager"
	await "the end of the reload" manager_is_ready_again
	grep -q '^RELOADING=1' "$work/told" || fail "the reload's begin was not told"
	grep -q "the configuration was reloaded" "$work/claimd.log" || fail "claimd has not reloaded"
}

manager_kill()
{
	n_ready=$(manager_n_ready)
	kill -KILL "$(manager_pid)"
}

manager_check_more()
{
	kill -TERM "$manager"
	wait "$manager" || fail "it ended with status $?"
	grep -q '^STOPPING=1' "$work/told" || fail "the end was not told"
	[[ $(<"$work/starts") == 2 ]] || fail "it was started $(<"$work/starts") times, not twice"
}

# --- The story, which is the same for both ---------------------------------------------------------------------------

sim_options=(--claims "$CLAIMS" --rate 1000 --step 50ms..150ms --window 2s)

sql() # SQL
{
	sqlite3 -batch -cmd ".timeout 10000" "$database" "$1"
}

holds() # SQL WANT
{
	[[ $(sql "$1") == "$2" ]]
}

# Prints the answer's status; 000 and exit status 7 when nobody listens.
post() # NUMBER CLAIM
{
	service net curl --silent --max-time 30 --output /dev/null --write-out '%{http_code}' --data '' \
		"http://$public/delivery/main/$SECRET?n=$1&claim_id=$2"
}

sim() # PATH
{
	service net curl --silent --fail --max-time 10 "http://$(service upstream)$1"
}

# Until there is a file "enough": one call after the other, each with a number of its own.
call_on() # CLAIM...
{
	local n=0 code claims=("$@")

	: >"$work/acked"
	until [[ -e $work/enough ]]; do
		n=$((n + 1))
		code=$(post "$n" "${claims[n % $#]}") || { (($? != 7)) || echo "$n" >>"$work/refused"; }
		[[ $code != 200 ]] || echo "$n" >>"$work/acked"
	done
}

has_acked() # N
{
	(($(wc -l <"$work/acked") >= $1))
}

await_calls()
{
	await "$CALLS answers" has_acked $(($(wc -l <"$work/acked") + CALLS))
}

sim_is_done()
{
	[[ $(sim /sim/stats) == *"\"done\":$CLAIMS,"* ]]
}

# Rows mean that something is lost, doubled or made up.
find_wrong()
{
	sql "
CREATE TEMP TABLE line AS SELECT value FROM json_each('[' || replace(trim(readfile('$work/truth'), char(10)), char(10), ',') || ']');
CREATE TEMP TABLE truth AS SELECT value ->> 'claim_id' AS id, value ->> 'status' AS status, value ->> 'at_us' AS at_us FROM line
WHERE value ->> 'verdict' <> 'same';
CREATE TEMP TABLE kept AS SELECT external_id AS id, to_status AS status, at_us FROM report_transitions;
CREATE TEMP TABLE acked AS SELECT value AS n FROM json_each('[' || replace(trim(readfile('$work/acked'), char(10)), char(10), ',') || ']');
CREATE TEMP TABLE stored AS SELECT CAST(own_params ->> 'n' AS INTEGER) AS n FROM report_notifications;
SELECT 'lost: ' || id || ' ' || status FROM (SELECT * FROM truth EXCEPT SELECT * FROM kept);
SELECT 'made up: ' || id || ' ' || status FROM (SELECT * FROM kept EXCEPT SELECT * FROM truth);
SELECT 'doubled: ' || id || ' ' || status FROM kept GROUP BY id, status, at_us HAVING count(*) > 1;
SELECT 'acked and lost: ' || n FROM (SELECT n FROM acked EXCEPT SELECT n FROM stored);
SELECT 'acked and doubled: ' || n FROM stored WHERE n > 0 GROUP BY n HAVING count(*) > 1;
SELECT 'no truth' WHERE NOT EXISTS (SELECT 1 FROM truth);"
}

nothing_is_lost()
{
	[[ $(find_wrong) != *"lost: "* ]]
}

play()
{
	local pid wrong claims

	service start
	mapfile -t claims < <(sim /sim/truth | sed -E 's/.*"claim_id":"([^"]*)".*/\1/' | sort -u)
	((${#claims[@]} > 0)) || fail "claimsim plays nothing"
	call_on "${claims[@]}" &
	await "calls" test -e "$work/acked"
	await_calls

	pid=$(service pid)
	service reload
	[[ $(service pid) == "$pid" ]] || fail "a reload has started another process"
	await_calls

	service kill
	await "the restart" service is_back "$pid"
	await_calls

	touch "$work/enough"
	await "the end of the play" sim_is_done
	await "what is pending" holds "SELECT sum(pending) FROM report_sources" 0
	[[ ! -e $work/refused ]] || fail "calls were refused: $(paste -sd ' ' "$work/refused")"
	sim /sim/truth >"$work/truth"
	# The journal tells the rest.
	await "the truth" nothing_is_lost
	wrong=$(find_wrong)
	[[ -z $wrong ]] || fail "$wrong"
	service check_more
}

# --- Which of the two ------------------------------------------------------------------------------------------------

# In a mount namespace of its own, for all that is mounted.
play_booted()
{
	kind=systemd
	init=
	prepare_tree
	boot || exit "$CANT_BOOT"
	play
}

why_not_booted()
{
	tail -n 1 "$work/boot.log" | grep . || echo "it did not come up in $BOOT_LIMIT_S s"
}

main()
{
	local status=0

	work=$(mktemp -d)
	export work
	trap 'rm -rf "$work"' EXIT
	if [[ $(id -u) != 0 || ! -x /lib/systemd/systemd ]]; then
		echo "it takes root, and a systemd that is installed" >"$work/boot.log"
		status=$CANT_BOOT
	elif ! unshare --mount --propagation private true 2>"$work/boot.log"; then
		status=$CANT_BOOT
	else
		unshare --mount --propagation private --kill-child --fork "$0" booted || status=$?
	fi
	if ((status != CANT_BOOT)); then
		((status != 0)) || echo "note: with a real systemd, booted as PID 1"
		return "$status"
	fi
	echo "note: with a manager of its own, since no systemd can be booted here: $(why_not_booted)"
	kind=manager
	# What is still there at the end is a child of ours.
	trap 'end_children; wait; rm -rf "$work"' EXIT
	play
}

if [[ ${1-} == booted ]]; then
	play_booted
else
	main
fi
