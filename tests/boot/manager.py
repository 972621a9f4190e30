#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""manager.py FOLDER PROGRAM ARGUMENT...: as much of a service manager as a restart takes, where systemd can't be booted.

Keeps the listening socket "claimd", passes it to PROGRAM by systemd-socket-activate (which starts it with the first connection), or
itself where that is missing, listens to what PROGRAM tells, and starts it again when a signal has ended it or its status is one that
claimd.service restarts after. SIGHUP is handed on; SIGTERM ends both.

In FOLDER it keeps `address`, where the socket is; `pid` of PROGRAM; `told`, what PROGRAM told, a line each; `starts`, how many there
were.
"""

import os
import shutil
import signal
import socket
import sys
import threading
import time

ACTIVATOR = "systemd-socket-activate"
RESTART_S = 0.2
NO_RESTART = (0, 64, 78)
FIRST_PASSED_FD = 3


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text + "\n")
    os.rename(path + ".new", path)


def listen_to_program(folder):
    path = os.path.join(folder, "notify")
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.bind(path)

    def take():
        with open(os.path.join(folder, "told"), "a", encoding="utf-8", buffering=1) as file:
            while True:
                file.write(sock.recv(4096).decode() + "\n")

    threading.Thread(target=take, daemon=True).start()
    return path


def start(sock, command, notify):
    environment = dict(os.environ, NOTIFY_SOCKET=notify, LISTEN_FDS="1", LISTEN_FDNAMES="claimd")
    if shutil.which(ACTIVATOR):
        command = [ACTIVATOR, "--fdname=claimd", "--setenv=NOTIFY_SOCKET", "--setenv=ASAN_OPTIONS", *command]
    # By hand, since the process's own id has to be in its environment.
    pid = os.fork()
    if pid == 0:
        os.dup2(sock.fileno(), FIRST_PASSED_FD)
        environment["LISTEN_PID"] = str(os.getpid())
        os.execvpe(command[0], command, environment)
    return pid


def main():
    folder, command = sys.argv[1], sys.argv[2:]
    notify = listen_to_program(folder)
    sock = socket.create_server(("127.0.0.1", 0), backlog=1024)
    write(folder, "address", "127.0.0.1:%d" % sock.getsockname()[1])
    state = {"pid": 0, "ending": False}

    def hand_on(number, _frame):
        state["ending"] = state["ending"] or number == signal.SIGTERM
        os.kill(state["pid"], number)

    starts = 0
    while not state["ending"]:
        starts += 1
        state["pid"] = start(sock, command, notify)
        signal.signal(signal.SIGHUP, hand_on)
        signal.signal(signal.SIGTERM, hand_on)
        write(folder, "pid", str(state["pid"]))
        write(folder, "starts", str(starts))
        _, status = os.waitpid(state["pid"], 0)
        if os.waitstatus_to_exitcode(status) in NO_RESTART:
            return os.waitstatus_to_exitcode(status)
        time.sleep(RESTART_S)
    return 0


if __name__ == "__main__":
    sys.exit(main())
