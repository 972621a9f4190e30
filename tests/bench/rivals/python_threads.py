#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""python_threads.py PORT DATABASE: stores callbacks with the standard library alone, a thread for each connection and one commit for
each request, and answers 200 when it is durable."""

import http.server
import sqlite3
import sys
import threading
import time
import urllib.parse

INSERT = "INSERT INTO callback (claim_id, updated_ts, received_us, remote_addr) VALUES (?, ?, ?, ?)"

# One connection that all threads share: with one for each, they would sleep while the file is locked.
database = sqlite3.connect(sys.argv[2], isolation_level=None, check_same_thread=False)
database.execute("PRAGMA synchronous = FULL")
lock = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self, status):
        self.send_response_only(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        if "claim_id" not in query:
            self.answer(400)
            return
        row = (query["claim_id"][0], query.get("updated_ts", [""])[0], time.time_ns() // 1000, self.client_address[0])
        try:
            with lock:
                database.execute(INSERT, row)
        except sqlite3.Error:
            self.answer(503)
            return
        self.answer(200)


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 1024


Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
