#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""receiver.py KEY MANUAL BROKEN: a merchant's receiver of messages, as a new user writes it: the signature is checked by the
lines that stand in the manual page MANUAL. While there is a file BROKEN it answers 500, otherwise 204. It prints its port, and
then a line for each message: its status, "genuine" or "forged", id, type, claim or source or "-", and status or "-"."""

import http.server
import json
import os
import sys

key, manual, broken = sys.argv[1:]


def lines_of_manual():
    taken = []
    for line in open(manual, encoding="utf-8"):
        if line.startswith("import base64"):
            taken.append(line)
        elif taken and line.startswith("."):
            return "".join(taken)
        elif taken:
            taken.append(line)


namespace = {}
exec(lines_of_manual(), namespace)
is_genuine = namespace["is_genuine"]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        genuine = is_genuine(self.headers, body, key) and not is_genuine(self.headers, body + b" ", key)
        message = json.loads(body)
        data = message["data"]
        status = 500 if os.path.exists(broken) else 204
        print(status, "genuine" if genuine else "forged", self.headers["webhook-id"], message["type"],
              data.get("external_id") or data.get("source", "-"), data.get("to_status", "-"), flush=True)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print("port", server.server_address[1], flush=True)
server.serve_forever()
