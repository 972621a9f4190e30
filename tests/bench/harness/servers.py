# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured: claimd and, beside it, what its users would pick instead. Each is started anew in an empty folder."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
import uuid

RIVALS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "rivals")
# Debian's packages are modules of its own Python, which need not be the first one that is found.
PYTHONS = (sys.executable, "/usr/bin/python3")

START_LIMIT_S = 30
SETTLE_LIMIT_S = 120
STOP_LIMIT_S = 30


class Failure(Exception):
    """A server did not do what it is measured for."""


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def wait_until(condition, limit_s, what):
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(f"{what}: not within {limit_s} s")
        time.sleep(0.02)


def accepts(port):
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def stop(process):
    process.terminate()
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def ask(database, sql):
    """The first row of SQL, read as any reporting tool would."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(sql).fetchone()
    finally:
        connection.close()


class Rival:
    """A server that answers callbacks, and stores them if STORES."""

    stores = True
    path = "/callback"
    name = ""
    environment = {}

    def __init__(self, build, node_path):
        self.build = build
        self.node_path = node_path
        self.process = None
        self.port = self.folder = self.database = None

    def missing(self):
        """What has to be installed first, in words; None: nothing."""
        return None

    def command(self):
        raise NotImplementedError

    def start(self, folder):
        self.folder = folder
        self.port = free_port()
        if self.stores:
            self.database = os.path.join(folder, "callbacks.db")
            connection = sqlite3.connect(self.database)
            with open(os.path.join(RIVALS, "schema.sql"), encoding="utf-8") as file:
                connection.executescript(file.read())
            connection.close()
        with open(os.path.join(folder, "log"), "wb") as log:
            self.process = subprocess.Popen(self.command(), cwd=folder, env={**os.environ, **self.environment}, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        wait_until(lambda: accepts(self.port), START_LIMIT_S, self.name)

    def url(self):
        return f"http://127.0.0.1:{self.port}{self.path}"

    def stored(self):
        return ask(self.database, "SELECT count(*) FROM callback")[0]

    def claim_ids(self, at_least):
        """What it is called back about: so many ids, any will do."""
        return [uuid.uuid4().hex for _ in range(at_least)]

    def settle(self):
        """Until it has nothing to do of its own."""

    def others(self):
        """How many callbacks it has answered 200 to others than wrk, and how many these have sent so far."""
        return 0, 0

    def finish(self):
        """When nothing is sent any more: figures of its own, (metric, value, unit)."""
        return []

    def last_words(self):
        """The end of what it has said, for when it fails."""
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-5:])

    def stop(self):
        if self.process:
            stop(self.process)
            self.process = None


def needs(program):
    return None if shutil.which(program) else f"{program}; scripts/deps --proof installs it"


class BareExternal(Rival):
    name = "libmicrohttpd, a bare 200"
    stores = False
    mode = "external"

    def command(self):
        return [os.path.join(self.build, "tests/bench/rivals/bare_mhd"), str(self.port), self.mode]


class BareInternal(BareExternal):
    name = "libmicrohttpd, a bare 200, its own thread"
    mode = "internal"


class Nginx(Rival):
    name = "nginx, return 200"
    stores = False

    def missing(self):
        return needs("nginx")

    def command(self):
        with open(os.path.join(RIVALS, "nginx.conf"), encoding="utf-8") as file:
            write(os.path.join(self.folder, "nginx.conf"), file.read().replace("@PORT@", str(self.port)))
        return ["nginx", "-p", self.folder, "-c", "nginx.conf", "-e", "stderr"]


class Webhook(Rival):
    name = "webhook, a script"
    path = "/hooks/callback"

    def missing(self):
        return needs("webhook") or needs("sqlite3")

    def command(self):
        with open(os.path.join(RIVALS, "webhook.json"), encoding="utf-8") as file:
            hooks = file.read().replace("@FOLDER@", RIVALS).replace("@DATABASE@", self.database)
        write(os.path.join(self.folder, "hooks.json"), hooks)
        return ["webhook", "-hooks", os.path.join(self.folder, "hooks.json"), "-ip", "127.0.0.1", "-port", str(self.port),
                "-http-methods", "POST"]


class Node(Rival):
    name = "Node, better-sqlite3"
    mode = "each"

    def __init__(self, build, node_path):
        super().__init__(build, node_path)
        self.environment = {"NODE_PATH": node_path, "NODE_ENV": "production"}

    def missing(self):
        if not shutil.which("node") or not shutil.which("npm"):
            return "Node.js and npm; scripts/deps --proof installs them"
        if os.path.isdir(os.path.join(self.node_path, "better-sqlite3")):
            return None
        return f"better-sqlite3; npm install --no-save --prefix {os.path.dirname(self.node_path)} better-sqlite3@12"

    def command(self):
        return ["node", os.path.join(RIVALS, "node-server.js"), str(self.port), self.database, self.mode]


class NodeBatch(Node):
    name = "Node, better-sqlite3, a commit a turn"
    mode = "batch"


class PythonThreads(Rival):
    name = "Python, http.server"

    def command(self):
        return [sys.executable, os.path.join(RIVALS, "python_threads.py"), str(self.port), self.database]


class Uvicorn(Rival):
    name = "Python, uvicorn"
    mode = "each"
    python = None

    def missing(self):
        for python in PYTHONS:
            result = subprocess.run([python, "-c", "import uvicorn, uvloop, httptools"], stderr=subprocess.DEVNULL, check=False)
            if result.returncode == 0:
                self.python = python
                return None
        return "uvicorn, uvloop and httptools; scripts/deps --proof installs them"

    def command(self):
        return [self.python, os.path.join(RIVALS, "python_uvicorn.py"), str(self.port), self.database, self.mode]


class UvicornBatch(Uvicorn):
    name = "Python, uvicorn, a commit a turn"
    mode = "batch"


CONFIGURATION = """[daemon]
database = {folder}/claimd.db
control_socket = {folder}/control.sock
[listen]
address = 127.0.0.1:{port}
[admin]
address = 127.0.0.1:0
[delivery shop]
base_url = {upstream}
token_file = {folder}/token
callback_secret_file = {folder}/secret
"""


class Claimd(Rival):
    """The whole daemon, its worker on, reading from a simulated Yandex whose claims change and are called back meanwhile."""

    name = "claimd"
    path = f"/delivery/shop/{'s' * 32}"
    seed = 1

    def __init__(self, build, node_path):
        super().__init__(build, node_path)
        self.simulator = self.simulator_url = None
        self.relay = None
        self.lives(1, 1, 1)

    def lives(self, claims, per_second, step_s):
        """So many claims, of which so many begin in a second, and which change after so long on average."""
        self.claims, self.per_second, self.step_s = claims, per_second, step_s

    def start(self, folder):
        self.folder = folder
        self.database = os.path.join(folder, "claimd.db")
        self.port = free_port()
        write(os.path.join(folder, "token"), "t" * 32)
        write(os.path.join(folder, "secret"), "s" * 32)
        upstream = free_port()
        self.simulator_url = f"http://127.0.0.1:{upstream}"
        self.start_simulator(upstream)
        write(os.path.join(folder, "claimd.conf"), CONFIGURATION.format(folder=folder, port=self.port, upstream=self.simulator_url))
        with open(os.path.join(folder, "log"), "wb") as log:
            self.process = subprocess.Popen([os.path.join(self.build, "claimd"), "-c", os.path.join(folder, "claimd.conf")],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(lambda: accepts(self.port), START_LIMIT_S, self.name)

    def start_simulator(self, port):
        options = ["--listen", f"127.0.0.1:{port}", "--claims", str(self.claims), "--rate", str(self.per_second), "--seed", str(self.seed),
                   "--step", f"{self.step_s * 500:.0f}ms..{self.step_s * 1500:.0f}ms", "--token", os.path.join(self.folder, "token"),
                   "--callback", f"http://127.0.0.1:{self.relay.listen(self.port) if self.relay else self.port}{self.path}?"]
        with open(os.path.join(self.folder, "simulator.log"), "wb") as log:
            self.simulator = subprocess.Popen([os.path.join(self.build, "claimsim"), *options], stdin=subprocess.DEVNULL, stdout=log,
                                              stderr=log)
        wait_until(lambda: accepts(port), START_LIMIT_S, "claimsim")

    def ask_simulator(self, what):
        with urllib.request.urlopen(f"{self.simulator_url}/sim/{what}", timeout=10) as answer:
            return answer.read().decode()

    def claim_ids(self, at_least):
        """Those of the claims that have begun, when they are so many."""
        found = set()

        def enough_have_begun():
            found.update(json.loads(line)["claim_id"] for line in self.ask_simulator("truth").splitlines())
            return len(found) >= at_least

        wait_until(enough_have_begun, START_LIMIT_S, "claimsim's claims")
        return sorted(found)

    def all_is_over(self):
        """Whether each claim has made its last step."""
        return json.loads(self.ask_simulator("stats"))["done"] == self.claims

    def stored(self):
        return ask(self.database, "SELECT count(*) FROM report_notifications")[0]

    def others(self):
        stats = json.loads(self.ask_simulator("stats"))
        return stats["callbacks_acked"], stats["callbacks_sent"]

    def settle(self):
        wait_until(lambda: ask(self.database, "SELECT sum(pending) FROM report_sources")[0] == 0, SETTLE_LIMIT_S, "claimd's reads")

    def finish(self):
        begin = time.monotonic()
        wait_until(lambda: ask(self.database, "SELECT inbox_id = (SELECT max(id) FROM inbox) FROM fold")[0], SETTLE_LIMIT_S,
                   "claimd's folding")
        caught_up_s = time.monotonic() - begin
        stats = json.loads(self.ask_simulator("stats"))
        return [
            ("all callbacks taken into their claims after", caught_up_s, "s"),
            ("transitions recorded meanwhile", ask(self.database, "SELECT count(*) FROM report_transitions")[0], ""),
            ("claims read meanwhile", stats["ids"], ""),
        ]

    def stop(self):
        super().stop()
        if self.simulator:
            stop(self.simulator)
            self.simulator = None


ALL = [Claimd, BareExternal, BareInternal, Nginx, Webhook, Node, NodeBatch, PythonThreads, Uvicorn, UvicornBatch]
