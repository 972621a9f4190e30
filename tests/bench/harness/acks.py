# SPDX-License-Identifier: GPL-3.0-or-later
"""acks: how many callbacks a second are answered 200, and how fast, by claimd and its rivals, in turn."""

import contextlib
import os
import shutil
import subprocess
import tempfile

from harness import rows, servers

BENCH = "acks"
CONNECTIONS = (1, 16, 64, 256)
LUA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "callbacks.lua")

# What wrk gives up waiting for; webhook's scripts wait for each other for seconds.
WRK_TIMEOUT_S = 30

# All begin at once; then each changes so often. A large shop, with 1.5 million changes a month, has one in two seconds.
CLAIMS = 1000
STEP_S = 15

ABOUT = f"""\
Callbacks of claims over loopback, by wrk with one thread over keep-alive connections, beside the server on the same processors; each
server is started anew for each round, and the rounds take turns, so that whatever else the machine does hits all alike. In brackets
the least and the greatest of the rounds. The 200s are counted and held against the rows that are then in the database: they agree, but
for the requests that wrk left behind unanswered when its time was over.

claimd is the whole program with its real schema and its worker on: it reads from claimsim, where {CLAIMS:,} claims change meanwhile,
{CLAIMS // STEP_S} times a second in all, which claimsim calls back itself; wrk sends more callbacks about the same claims, all of which
claimd takes into their claims. A large shop has one change in two seconds. claimd's commits are durable
(WAL, synchronous=FULL), and so are those of all rivals that store anything, on the same disk, into one table without any of claimd's
checks. Those with "a commit a turn" collect the requests of one turn of their event loop, as claimd does; the others commit each
alone, as is usual. webhook is Debian's, and runs a shell script with sqlite3 for each callback. A bare 200 stores nothing: it is what
the HTTP library can reach at most on this machine with this wrk.
"""


class Wrk:
    """One run of wrk against URL."""

    def __init__(self, url, connections, seconds, claims_file, pause_ms=None):
        environment = {**os.environ, "CLAIMS": claims_file}
        if pause_ms:
            environment["PAUSE_MS"] = str(pause_ms)
        self.process = subprocess.Popen(["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s",
                                         "--timeout", f"{WRK_TIMEOUT_S}s", "--script", LUA, url],
                                        env=environment, stdout=subprocess.PIPE, text=True)

    def wait(self):
        output, _ = self.process.communicate()
        result = [line for line in output.splitlines() if line.startswith("RESULT ")]
        if not result:
            raise servers.Failure(f"wrk failed:\n{output}")
        requests, bad, broken, duration_us, p50_us, p99_us = map(int, result[0].split()[1:])
        self.acks = requests - bad
        self.refused = bad
        self.broken = broken
        self.per_second = self.acks * 1e6 / duration_us
        self.p50_ms, self.p99_ms = p50_us / 1000, p99_us / 1000


@contextlib.contextmanager
def folder_in(place):
    folder = tempfile.mkdtemp(prefix="claimd-bench.", dir=place)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_claims(folder, ids):
    return servers.write(os.path.join(folder, "claims"), "\n".join(ids) + "\n")


def check_stored(server, acks, may_be_left):
    """What was answered 200 is stored, and nothing else but what was under way."""
    least = acks + server.others()[0]
    stored = server.stored()
    most = acks + may_be_left + server.others()[1]
    if not least <= stored <= most:
        raise servers.Failure(f"{server.name}: {stored} callbacks are stored, and not {least} to {most}, as was answered")


def measure(server, place, seconds):
    """One round of one server: its rows."""
    found = []
    acks = left = 0
    with folder_in(place) as folder:
        try:
            server.start(folder)
            claims = write_claims(folder, server.claim_ids(CLAIMS))
            server.settle()
            for connections in CONNECTIONS:
                wrk = Wrk(server.url(), connections, seconds, claims)
                wrk.wait()
                acks += wrk.acks
                left += connections + wrk.refused + wrk.broken
                x = str(connections)
                found += [
                    rows.Row(BENCH, server.name, x, "acks", wrk.per_second, "a second"),
                    rows.Row(BENCH, server.name, x, "p50", wrk.p50_ms, "ms"),
                    rows.Row(BENCH, server.name, x, "p99", wrk.p99_ms, "ms"),
                ]
                if wrk.refused or wrk.broken:
                    found.append(rows.Row(BENCH, server.name, x, "not answered 200", wrk.refused + wrk.broken, ""))
            found += [rows.Row(BENCH, server.name, "", metric, value, unit) for metric, value, unit in server.finish()]
            if server.stores:
                check_stored(server, acks, left)
        except servers.Failure as failure:
            raise servers.Failure(f"{failure}\n{server.last_words()}") from failure
        finally:
            server.stop()
    return found


def present(options, say):
    """The servers that can be measured here."""
    found = []
    for kind in servers.ALL:
        server = kind(options.build, options.node_path)
        missing = server.missing()
        if missing:
            say(f"left out, for something is missing: {server.name}: {missing}")
        else:
            found.append(server)
    return found


def run(options, say):
    found = []
    contenders = present(options, say)
    for server in contenders:
        if isinstance(server, servers.Claimd):
            server.lives(CLAIMS, CLAIMS, STEP_S)
    for number in range(options.rounds):
        for server in contenders:
            say(f"acks, round {number + 1} of {options.rounds}: {server.name}")
            found += measure(server, options.dir, options.seconds)
    return found


def verdict(figure):
    """What claimd comes to beside the others with 64 connections, as lines."""
    x = "64"
    ours = figure.median(servers.Claimd.name, x)
    bare = [figure.median(kind.name, x) for kind in (servers.BareExternal, servers.BareInternal)]
    bare = [value for value in bare if value]
    lines = []
    if not ours:
        return lines
    if bare:
        lines.append(f"With {x} connections claimd reaches {100 * ours / max(bare):.0f} % of the faster bare libmicrohttpd.")
    others = [(kind.name, figure.median(kind.name, x)) for kind in servers.ALL if kind.stores and kind is not servers.Claimd]
    times = [f"{ours / value:.1f} × {name}" for name, value in others if value]
    if times:
        lines.append("It is " + "; ".join(times) + ".")
    return lines
