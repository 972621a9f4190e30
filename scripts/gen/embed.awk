# SPDX-License-Identifier: GPL-3.0-or-later
# SQL as a C string literal, one quoted line for each line, for C to #include as an initialiser. SQLite has no functions of
# its own for these, so they become the expressions that do it:
# @TIME(COLUMN)@        the ISO 8601 text of a column in microseconds,
# @AGE(COLUMN)@         the seconds since then,
# @APPLIED(ROW)@        whether a row of history became the status that stands,
# @DIGITS(LENGTH)@      a length of time, rounded up to three digits,
# @NODE(MODEL, STATUS)@ the name in the table `status` that a status belongs to: its own, else that of its family. What has
#                       no slash has no family, and costs no look-up.
function expand(name, of,	comma, model, unit)
{
	if (name == "TIME")
		return "strftime('%Y-%m-%dT%H:%M:%S', " of " / 1000000, 'unixepoch') || printf('.%06dZ', " of " % 1000000)"
	if (name == "AGE")
		return "max(0.0, round((julianday('now') - 2440587.5) * 86400.0 - " of " / 1000000.0, 3))"
	if (name == "APPLIED")
		return "(" of ".adopted OR " of ".verdict IN ('legal', 'first', 'gap'))"
	if (name == "DIGITS") {
		unit = "CAST(substr('1000000000000000', 1, max(1, length(abs(" of ")) - 2)) AS INTEGER)"
		return "((" of ") + " unit " - 1) / " unit " * " unit
	}
	comma = index(of, ", ")
	model = substr(of, 1, comma - 1)
	of = substr(of, comma + 2)
	return "iif(instr(" of ", '/') = 0, " of ", coalesce((SELECT n.name FROM status n WHERE n.model = " model \
		" AND n.name = " of "), substr(" of ", 1, instr(" of ", '/')) || '*'))"
}

BEGIN { print "\"\"" }
{
	while (match($0, /@(TIME|AGE|APPLIED|DIGITS|NODE)\([^@]*\)@/)) {
		call = substr($0, RSTART + 1, RLENGTH - 3)
		open = index(call, "(")
		$0 = substr($0, 1, RSTART - 1) expand(substr(call, 1, open - 1), substr(call, open + 1)) substr($0, RSTART + RLENGTH)
	}
	gsub(/\\/, "&&")
	gsub(/"/, "\\\"")
	gsub(/\t/, "\\t")
	gsub(/\?\?/, "?\\?")
	print "\"" $0 "\\n\""
}
