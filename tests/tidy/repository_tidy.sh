#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Clauses about the repository itself. Needs no git: a release is unpacked without it. Each clause prints what breaks it.
set -u
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
broken=0
clause() { # name, file with what breaks it
	if [ -s "$2" ]; then
		echo "$1:"; sed 's/^/    /' "$2"; broken=$((broken + 1))
	else
		echo "holds: $1"
	fi
}

find . \( -name .git -o -name node_modules -o -path ./build -o -path './build-*' -o -path ./clients/web/dist \) -prune -o -type f -print |
	sed 's/^\.\///' | sort >"$work/files"
[ -s "$work/files" ] || { echo "no files found"; exit 1; }

# The top level holds what is agreed, so that a newcomer sees the plan of the house.
cut -d/ -f1 "$work/files" | sort -u |
	grep -vxE '\..*|CMakeLists\.txt|CMakePresets\.json|README\.md|daemon|protocol|clients|catalog|tests|docker|LICENSE|LICENSES|CHANGELOG\.md|CONTRIBUTING\.md|CODE_OF_CONDUCT\.md|SECURITY\.md|AUTHORS|publiccode\.yml|debian|docs' >"$work/out"
clause "the top level holds only what is agreed" "$work/out"

# Every file says its licence: by itself, or by a row of .reuse/dep5 where it cannot carry a comment.
grep -E '\.(c|h|S|cmake|sh|js|mjs|ts|tsx|css|html|ftl|ya?ml)$|(^|/)(CMakeLists\.txt|run|Dockerfile)$' "$work/files" >"$work/marked"
: >"$work/out"
while read -r file; do
	head -n 5 "$file" | grep -q 'SPDX-License-Identifier: EUPL-1.2' || echo "$file" >>"$work/out"
done <"$work/marked"
clause "sources say their licence in the first lines" "$work/out"
grep -vxFf "$work/marked" "$work/files" >"$work/unmarked"
awk '/^Files:/ { sub(/^Files:/, ""); n = split($0, list, " "); for (i = 1; i <= n; i++) { p = list[i]; gsub(/[.]/, "[.]", p); gsub(/[*]/, ".*", p); print "^" p "$" } }' .reuse/dep5 >"$work/covered"
: >"$work/out"
while read -r file; do
	printf '%s\n' "$file" | grep -qE -f "$work/covered" && continue
	head -n 5 "$file" | grep -q 'SPDX-License-Identifier: EUPL-1.2' || echo "$file" >>"$work/out"
done <"$work/unmarked"
clause "other files are covered by .reuse/dep5, or say it themselves" "$work/out"

# Text of ours, without lock files, pictures and licence texts.
grep -vE '(package-lock\.json|\.png|\.ico|\.woff2)$|^LICENSES?(/|$)' "$work/files" >"$work/text"
words='[T]ODO|[F]IXME|[X]XX|[H]ACK|not [i]mplemented'
xargs grep -nIE "(^|[^A-Za-z])($words)([^A-Za-z]|\$)" <"$work/text" >"$work/out"
clause "nothing is left for later without an issue" "$work/out"
xargs grep -nIE '(^|[^A-Za-z0-9._~-])/([h]ome|[r]oot|[w]ork|[U]sers)/[A-Za-z]' <"$work/text" >"$work/out"
clause "no path of somebody's own machine" "$work/out"
xargs grep -nIE '[[:space:]]+$' <"$work/text" | grep -vE '\.(md|txt):' | head -20 >"$work/out"
clause "no blanks at the ends of lines" "$work/out"
grep -n '"resolved":' clients/web/package-lock.json 2>/dev/null | head -5 >"$work/out"
clause "the lock file records no download addresses" "$work/out"
grep -E '(^|/)(run|[a-z_]+\.sh)$' "$work/files" | while read -r file; do
	case $file in daemon/machine.sh) continue ;; esac # is sourced
	case $file in */run) [ -x "$file" ] || echo "$file is not executable" ;; esac
	if head -n 1 "$file" | grep -q bash; then bash -n "$file" 2>&1; else sh -n "$file" 2>&1; fi
done >"$work/out"
clause "scripts are executable and parse" "$work/out"

# Dead files: a header that nobody includes, a script or module that nothing names.
grep -E '\.h$' "$work/files" | while read -r file; do
	name=$(basename "$file")
	xargs grep -lE "#[[:space:]]*include[[:space:]]*[<\"]([^\">]*/)?${name}[>\"]" <"$work/files" 2>/dev/null | grep -qvxF "$file" || echo "$file is included by nobody"
done >"$work/out"
grep -E '\.(mjs|ts|tsx|js|css|ftl)$' "$work/files" | grep -vE '\.test\.(mjs|ts|js)$|\.d\.ts$|(^|/)tests?/' | while read -r file; do
	name=$(basename "$file"); stem=${name%.*}
	grep -vxF "$file" "$work/text" | xargs grep -lE "(^|[^A-Za-z0-9_])($name|$stem)([^A-Za-z0-9_]|\$)" 2>/dev/null | grep -q . || echo "$file is named by nobody"
done >>"$work/out"
clause "no dead files" "$work/out"

[ $broken = 0 ]
