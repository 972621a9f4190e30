# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the measuring is done: the machine, the disk, and the versions of what is measured."""

import os
import platform
import re
import statistics
import subprocess
import time

SYNCS = 200


def first_line(command):
    """What COMMAND says first, on either stream; "" when it can't be run."""
    try:
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = result.stdout.splitlines()
    return lines[0].strip() if lines else ""


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = re.findall(r"^model name\s*: (.*)$", file.read(), re.MULTILINE)
    return names[0] if names else platform.machine()


def memory_gib():
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30


def file_system(folder):
    """Its type and its device."""
    return first_line(["findmnt", "--noheadings", "--output", "FSTYPE,SOURCE", "--target", folder])


def is_in_memory(folder):
    return file_system(folder).split(" ", 1)[0] in ("tmpfs", "ramfs", "devtmpfs")


def measure_sync(folder):
    """How long it takes, in microseconds, to append 4 KiB to a file and make them durable: the median and the 99th percentile."""
    path = os.path.join(folder, "sync")
    took = []
    with open(path, "wb", buffering=0) as file:
        for _ in range(SYNCS):
            begin = time.perf_counter()
            file.write(b"\0" * 4096)
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - begin) * 1e6)
    os.unlink(path)
    return statistics.median(took), sorted(took)[SYNCS * 99 // 100]


def describe(folder):
    """Lines about the machine; FOLDER is where the databases will be."""
    sync, slow_sync = measure_sync(folder)
    load = os.getloadavg()[0]
    return [
        f"{processor()}, {os.cpu_count()} processors, {memory_gib():.0f} GiB of memory; {platform.system()} {platform.release()}",
        f"files on {file_system(folder)}: 4 KiB are durable after {sync:.0f} µs (median of {SYNCS}), {slow_sync:.0f} µs (99th percentile)",
        f"load average of the last minute at the beginning: {load:.1f}",
    ]


def package_version(name):
    return first_line(["dpkg-query", "--show", "--showformat", "${Version}", name])


def versions(build, node_path):
    """What is measured and by what: (name, version); those that are missing are left out."""
    better = "console.log(require('better-sqlite3/package.json').version, 'SQLite', " \
        "require('better-sqlite3')(':memory:').prepare('SELECT sqlite_version()').pluck().get())"
    found = [
        ("claimd", first_line([os.path.join(build, "claimd"), "--version"])),
        ("commit", first_line(["git", "describe", "--always", "--dirty"])),
        ("compiler", first_line(["cc", "--version"])),
        ("libmicrohttpd", package_version("libmicrohttpd12") or first_line(["pkg-config", "--modversion", "libmicrohttpd"])),
        ("SQLite", first_line(["sqlite3", "--version"]).split(" ", 1)[0]),
        ("wrk", first_line(["wrk", "--version"]).split(" Copyright")[0]),
        ("nginx", first_line(["nginx", "-v"])),
        ("webhook", first_line(["webhook", "-version"])),
        ("Node.js", first_line(["node", "--version"])),
        ("better-sqlite3", first_line(["env", f"NODE_PATH={node_path}", "node", "-e", better])),
        ("Python", platform.python_version()),
        ("uvicorn", package_version("python3-uvicorn")),
        ("Python under it", package_version("python3")),
    ]
    return [(name, version) for name, version in found if version and "Error" not in version]
