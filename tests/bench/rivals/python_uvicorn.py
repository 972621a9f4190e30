#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""python_uvicorn.py PORT DATABASE each|batch: stores callbacks under uvicorn, with uvloop and httptools where they are installed, and
answers 200 when they are durable.

each: one commit for a request. batch: one for all requests that came in one turn of the event loop.
"""

import asyncio
import sqlite3
import sys
import time
import urllib.parse

import uvicorn

INSERT = "INSERT INTO callback (claim_id, updated_ts, received_us, remote_addr) VALUES (?, ?, ?, ?)"

port, path, mode = sys.argv[1:]
database = sqlite3.connect(path, isolation_level=None)
database.execute("PRAGMA synchronous = FULL")
waiting = []


def flush():
    batch = waiting[:]
    waiting.clear()
    try:
        database.execute("BEGIN IMMEDIATE")
        database.executemany(INSERT, (row for row, _ in batch))
        database.execute("COMMIT")
        status = 200
    except sqlite3.Error:
        if database.in_transaction:
            database.execute("ROLLBACK")
        status = 503
    for _, future in batch:
        if not future.done():
            future.set_result(status)


async def store(row):
    if mode == "batch":
        loop = asyncio.get_running_loop()
        if not waiting:
            loop.call_soon(flush)
        future = loop.create_future()
        waiting.append((row, future))
        return await future
    try:
        database.execute(INSERT, row)
    except sqlite3.Error:
        return 503
    return 200


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    query = urllib.parse.parse_qs(scope["query_string"].decode("latin-1"))
    status = 400
    if scope["method"] == "POST" and "claim_id" in query:
        row = (query["claim_id"][0], query.get("updated_ts", [""])[0], time.time_ns() // 1000, scope["client"][0])
        status = await store(row)
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})


uvicorn.run(app, host="127.0.0.1", port=int(port), backlog=1024, lifespan="off", log_level="critical", access_log=False)
