#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# tests/unit/valgrind.sh FOLDER: every *_test and journal_contract of a build without sanitizers, under valgrind. Nothing may be lost or read before it is written.
set -u
cd "$(dirname "$0")/../.." || exit 1
passed=0 failed=0
for test in "$1"/*_test "$1"/journal_contract; do
	[ -x "$test" ] || continue
	if valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite "$test"; then
		passed=$((passed + 1))
	else
		echo "valgrind: $test"; failed=$((failed + 1))
	fi
done
printf '%d passed, %d failed\n' $passed $failed
[ $failed = 0 ] && [ $passed -gt 0 ]
