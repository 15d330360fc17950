#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# The tables at the end of protocol/README.md, from protocol/tbl/*.h. Without an option it compares, and says what differs; --write writes them.
set -u
cd "$(dirname "$0")/../.." || exit 1
specification=protocol/README.md
begin='<!-- tables: begin -->' end='<!-- tables: end -->'
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# rows FILE MACRO "COLUMN|COLUMN...": a Markdown table, a row for each MACRO(...) at the beginning of a line. Commas within quotes part nothing.
rows() {
	awk -v macro="$2(" -v heads="$3" '
	function cell(text) {
		gsub(/^[ \t]+|[ \t]+$/, "", text)
		if (text ~ /^".*"$/) text = substr(text, 2, length(text) - 2)
		gsub(/\|/, " or ", text)
		return text
	}
	BEGIN {
		n = split(heads, head, "|")
		line = "|"; rule = "|"
		for (i = 1; i <= n; i++) { line = line " " head[i] " |"; rule = rule " --- |" }
		print line; print rule
	}
	index($0, macro) == 1 {
		rest = substr($0, length(macro) + 1); sub(/\)[ \t]*$/, "", rest)
		line = "|"; text = ""; quoted = 0; count = 0
		for (i = 1; i <= length(rest) + 1; i++) {
			c = substr(rest, i, 1)
			if (c == "\"") quoted = !quoted
			if (i > length(rest) || (c == "," && !quoted)) {
				count++
				text = cell(text)
				line = line " " (head[count] ~ /^(form|items|subject)$/ && text != "" ? "`" text "`" : text) " |"
				text = ""
			} else text = text c
		}
		if (count != n) { print FILENAME ": a row with " count " columns, not " n ": " $0 > "/dev/stderr"; exit 1 }
		print line; found++
	}
	END { if (!found) { print FILENAME ": no rows of " macro ")" > "/dev/stderr"; exit 1 } }' "protocol/tbl/$1"
}

tables() {
	echo "$begin"
	printf '\n### Commands\n\n' && rows commands.h COMMAND 'name|no|who may|phases it needs|phase after|form|meaning' &&
		printf '\n### Sections\n\n' && rows sections.h SECTION 'name|no|subject|who sees|interval|shape|items' &&
		printf '\n### Faults\n\n' && rows faults.h FAULT 'name|no|meaning' &&
		printf '\n### Roles\n\n' && rows roles.h ROLE 'name|bit|meaning' &&
		printf '\n### Phases\n\n' && rows phases.h PHASE 'name|bit|meaning' &&
		printf '\n### Views of the shared screen\n\n' && rows views.h VIEW 'name|no|meaning' &&
		printf '\n### Kinds of notes\n\n' && rows notes.h NOTE 'name|no|sign|meaning' || return 1
	printf '\n%s\n' "$end"
}

tables >"$work/tables" || exit 1
if [ "$(grep -cxF "$begin" $specification)" != 1 ] || [ "$(grep -cxF "$end" $specification)" != 1 ]; then
	echo "$specification: the marks of the tables are not there once each: $begin $end"
	exit 1
fi
awk -v begin="$begin" -v end="$end" -v tables="$work/tables" '
	$0 == begin { while ((getline line < tables) > 0) print line; inside = 1 }
	!inside { print }
	$0 == end { inside = 0 }' $specification >"$work/specification"
if [ "${1-}" = --write ]; then
	cmp -s "$work/specification" $specification || cat "$work/specification" >$specification
	exit 0
fi
if ! diff -u $specification "$work/specification"; then
	echo "$specification: its tables are not what protocol/tbl says; run: sh tests/tidy/tables_tidy.sh --write"
	exit 1
fi
# Control: a row that is lost is found.
sed '/^| later | /d' $specification >"$work/wrong"
if cmp -s "$work/wrong" "$work/specification"; then
	echo "the control failed: a lost row was not found"
	exit 1
fi
echo "holds: the tables of $specification are those of protocol/tbl"
