#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Reads every #include of daemon/ and clients/cli against the table in floors.txt. Then plants a wrong include of each sort into a
# list of its own and asks whether it is found.
set -u
cd "$(dirname "$0")/../.." || exit 1
table=tests/tidy/floors.txt

# "file<TAB>quote or bracket<TAB>header", the file relative to daemon/, or clients/cli/...
includes() {
	find daemon clients/cli -name '*.[ch]' -exec grep -HE '^[[:space:]]*#[[:space:]]*include' {} + |
		sed -nE 's/^(daemon\/)?([^:]*):[[:space:]]*#[[:space:]]*include[[:space:]]*([<"])([^>"]*)[>"].*/\2\t\3\t\4/p'
}

judge() {
	awk -F '\t' -v table="$table" '
	function trim(s) { gsub(/^[ \t]+|[ \t]+$/, "", s); return s }
	# Does a name fit one of the shell patterns, and none that begins with "!"? "*" stands for anything but a slash.
	function fits(name, patterns,   n, i, p, list, not, yes) {
		n = split(patterns, list, " "); yes = 0
		for (i = 1; i <= n; i++) {
			p = list[i]; not = sub(/^!/, "", p); gsub(/[.]/, "[.]", p); gsub(/[*]/, "[^/]*", p)
			if (name ~ ("^" p "$")) { if (not) return 0; yes = 1 }
		}
		return yes
	}
	BEGIN {
		while ((getline line < table) > 0) {
			if (line ~ /^#/ || line == "") continue
			split(line, part, " : "); sort = part[1]; sub(/ .*/, "", sort)
			subject = trim(substr(part[1], length(sort) + 1)); sub(/[ \t]*:[ \t]*$/, "", part[2])
			rows[sort]++; who[sort, rows[sort]] = subject; what[sort, rows[sort]] = trim(part[2])
		}
		if (!rows["see"] || !rows["own"] || !rows["pure"]) { print "floors: the table is empty"; bad++ }
	}
	{
		seen++
		if ($2 == "\"") {
			row = 0
			for (i = 1; i <= rows["see"] && !row; i++) if (fits($1, who["see", i])) row = i
			if (!row) { print "floors: no row for " $1; bad++ }
			else if (!fits($3, what["see", row])) { print "floors: " $1 " may not include " $3 "; it may see: " what["see", row]; bad++ }
			next
		}
		for (i = 1; i <= rows["own"]; i++)
			if (fits($3, who["own", i])) {
				if (!fits($1, what["own", i])) { print "floors: " $1 " may not include <" $3 ">; that is for " what["own", i]; bad++ }
				next
			}
		for (i = 1; i <= rows["pure"]; i++)
			if (fits($1, who["pure", i])) {
				if (!fits($3, what["pure", i])) { print "floors: " $1 " is on a pure floor and may not include <" $3 ">"; bad++ }
				next
			}
	}
	END { if (!seen) { print "floors: no includes were found"; bad++ } print "floors: " seen " includes read, " bad + 0 " wrong"; exit bad > 0 }'
}

includes | judge || exit 1

# Controls: each of these is wrong, and each alone must be found.
found=0 planted=0
while IFS='|' read -r file quote header; do
	planted=$((planted + 1))
	if printf '%s\t%s\t%s\n' "$file" "$quote" "$header" | judge >/dev/null; then
		echo "floors: the planted include of $header in $file was not found"
	else
		found=$((found + 1))
	fi
done <<'PLANTED'
core/session.c|"|shell/house.h
wire/entry.c|"|core/session.h
base/slice.h|"|wire/pack.h
core/activity/dots.c|"|core/session.h
clients/cli/watch.c|"|core/session.h
shell/house.c|<|uv.h
shell/intake.c|"|shell/random.h
core/session.c|<|time.h
wire/command.c|<|msgpack.h
shell/intake.c|<|sqlite3.h
elsewhere/new.c|"|base/slice.h
PLANTED
echo "floors: $found of $planted planted includes found"
[ $found = $planted ]
