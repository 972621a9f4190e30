# SPDX-License-Identifier: GPL-3.0-or-later
"""latency: how long after a callback's 200 the change that it was about stands in report_transitions, for whoever reads the database.

Between claimsim and claimd stands a relay that notes when each 200 came; a reader of the database looks again and again for new rows.
"""

import http.client
import http.server
import sqlite3
import threading
import time
import urllib.parse

from harness import acks, rows, servers

BENCH = "latency"

CLAIMS_PER_SECOND = 1
STEP_S = 0.5
LIFE_LIMIT_S = 60

# How often the database is looked at: what is measured is no finer.
LOOK_AGAIN_S = 0.0005

# Beside the claims' own callbacks: (name, connections of wrk, pause of each between two callbacks).
LOADS = (("idle", 0, 0), ("1,000 callbacks a second", 16, 16), ("a flood over 64 connections", 64, 0))

ABOUT = f"""\
From the moment when claimsim had its 200 for a callback to the moment when another connection to the database sees the row in
report_transitions, committed: claimd has then read the claim back from claimsim, which takes a request and its answer, judged the
change and stored it. A claim begins each second, and changes about 14 times within {14 * STEP_S:.0f} s, so that there are about
14 changes a second.
Where the journal told of a change before its callback was answered, that counts as 0. The relay and the reader share the processors
with all else.
"""

QUERY = "SELECT id, external_id, at FROM report_transitions WHERE id > ? ORDER BY id"


class Relay:
    """Hands callbacks on to claimd, and notes when each was answered 200, by claim and time."""

    def __init__(self):
        self.answered = {}
        self.target = None
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True

    def handler(self):
        relay = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            connection_on = None

            def setup(self):
                super().setup()
                self.connection_on = http.client.HTTPConnection(relay.target)

            def do_POST(self):
                try:
                    self.connection_on.request("POST", self.path)
                    answer = self.connection_on.getresponse()
                    answer.read()
                except (OSError, http.client.HTTPException):
                    self.close_connection = True  # claimsim tries again
                    return
                if answer.status == 200:
                    query = urllib.parse.parse_qs(self.path.split("?", 1)[1])
                    relay.answered.setdefault((query["claim_id"][0], query["updated_ts"][0]), time.monotonic())
                self.send_response_only(answer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        return Handler

    def listen(self, port):
        """Begins to hand on to claimd on PORT; returns the port where it listens itself."""
        self.target = f"127.0.0.1:{port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self.server.server_address[1]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Reader:
    """Notes when each row of report_transitions is there to be read, by claim and time."""

    def __init__(self, database):
        self.seen = {}
        self.database = database
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        last = 0
        while not self.over.is_set():
            for last, claim, at in connection.execute(QUERY, (last,)).fetchall():
                self.seen.setdefault((claim, at), time.monotonic())
            time.sleep(LOOK_AGAIN_S)
        connection.close()

    def close(self):
        self.over.set()
        self.thread.join()


def time_text(updated_ts):
    """As the reports have it; a raw '+' has become a space."""
    return updated_ts.replace(" ", "+").replace("+00:00", "Z")


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def measure(options, load, connections, pause_ms):
    server = servers.Claimd(options.build, options.node_path)
    server.lives(int(CLAIMS_PER_SECOND * options.latency_seconds), CLAIMS_PER_SECOND, STEP_S)
    with acks.folder_in(options.dir) as folder:
        server.relay = Relay()
        reader = wrk = None
        try:
            server.start(folder)
            reader = Reader(server.database)
            if connections:
                claims = acks.write_claims(folder, server.claim_ids(1))
                wrk = acks.Wrk(server.url(), connections, int(options.latency_seconds), claims, pause_ms)
            if wrk:
                wrk.wait()
            servers.wait_until(server.all_is_over, options.latency_seconds + LIFE_LIMIT_S, "claimsim's claims")
            server.settle()
            server.finish()
        finally:
            if reader:
                reader.close()
            server.stop()
            server.relay.close()
    answered = {(claim, time_text(at)): when for (claim, at), when in server.relay.answered.items()}
    took = [max(0.0, reader.seen[key] - when) * 1000 for key, when in answered.items() if key in reader.seen]
    if not took:
        raise servers.Failure("latency: no transition was recorded")
    found = [rows.Row(BENCH, "p50", load, "from a callback's 200 to its transition", percentile(took, 0.50), "ms"),
             rows.Row(BENCH, "p99", load, "from a callback's 200 to its transition", percentile(took, 0.99), "ms"),
             rows.Row(BENCH, "transitions measured", load, "from a callback's 200 to its transition, how many", len(took), "")]
    if wrk:
        found.append(rows.Row(BENCH, "other callbacks", load, "callbacks besides", wrk.per_second, "a second"))
    return found


def run(options, say):
    found = []
    for load, connections, pause_ms in LOADS:
        say(f"latency: {load}")
        found += measure(options, load, connections, pause_ms)
    return found
