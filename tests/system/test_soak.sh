#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A day and some hours of a small shop, with one of each trouble at least: what scripts/soak does with a month of a large one.
# System tests.
set -euo pipefail

# In memory: it is about thousands of commits, not about the disk.
shm=/dev/shm
[ -w "$shm" ] || shm=${TMPDIR:-/tmp}
folder=$(mktemp -d -p "$shm")
trap 'rm -rf "$folder"' EXIT

if ! "$CLAIMD_BUILD/tests/soak/soak" --build "$CLAIMD_BUILD" --work "$folder" --report "$folder" \
	--days 1.2 --claims 120 --orders 40 --retention 1 > "$folder/said" 2>&1; then
	cat "$folder/said"
	echo 'test_soak: claimd said last:'
	tail -n 20 "$folder/claimd.log"
	exit 1
fi
grep -q 'NOTHING LOST' "$folder/report.md"
grep -q 'EQUAL: 0 shipments differ' "$folder/report.md"
