# SPDX-License-Identifier: GPL-3.0-or-later
# SQL as a C string literal, one quoted line for each line, for C to #include as an initialiser.
# @TIME(COLUMN)@ becomes the expression that writes a time column, in microseconds, as ISO 8601 text: SQLite has no
# function of its own for it.
BEGIN { print "\"\"" }
{
	while (match($0, /@TIME\([^@]*\)@/)) {
		us = substr($0, RSTART + 6, RLENGTH - 8)
		text = "strftime('%Y-%m-%dT%H:%M:%S', " us " / 1000000, 'unixepoch') || printf('.%06dZ', " us " % 1000000)"
		$0 = substr($0, 1, RSTART - 1) text substr($0, RSTART + RLENGTH)
	}
	gsub(/\\/, "&&")
	gsub(/"/, "\\\"")
	gsub(/\t/, "\\t")
	gsub(/\?\?/, "?\\?")
	print "\"" $0 "\\n\""
}
