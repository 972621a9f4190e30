# SPDX-License-Identifier: GPL-3.0-or-later
# SQL as a C string literal, one quoted line for each line, for C to #include as an initialiser.
# Of a column in microseconds, @TIME(COLUMN)@ becomes the expression that writes it as ISO 8601 text, and @AGE(COLUMN)@
# the seconds since then: SQLite has no functions of its own for these.
BEGIN { print "\"\"" }
{
	while (match($0, /@(TIME|AGE)\([^@]*\)@/)) {
		call = substr($0, RSTART + 1, RLENGTH - 3)
		us = substr(call, index(call, "(") + 1)
		if (call ~ /^TIME/)
			text = "strftime('%Y-%m-%dT%H:%M:%S', " us " / 1000000, 'unixepoch') || printf('.%06dZ', " us " % 1000000)"
		else
			text = "max(0.0, round((julianday('now') - 2440587.5) * 86400.0 - " us " / 1000000.0, 3))"
		$0 = substr($0, 1, RSTART - 1) text substr($0, RSTART + RLENGTH)
	}
	gsub(/\\/, "&&")
	gsub(/"/, "\\\"")
	gsub(/\t/, "\\t")
	gsub(/\?\?/, "?\\?")
	print "\"" $0 "\\n\""
}
