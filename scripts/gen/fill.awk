# SPDX-License-Identifier: GPL-3.0-or-later
# Replaces each line that is nothing but @NAME@ by the file of that name in the folder `tables`; `page` is for messages.
/^@[A-Z_]+@$/ {
	file = tables "/" substr($0, 2, length($0) - 2)
	lines = 0
	while ((got = (getline line < file)) > 0) {
		print line
		lines++
	}
	close(file)
	if (got < 0 || lines == 0) {
		printf "%s:%d: there is no table %s\n", page, FNR, $0 > "/dev/stderr"
		failed = 1
		exit
	}
	next
}
{ print }
END { exit failed }
