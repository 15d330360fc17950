#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# tests/contract/controls.sh: builds the Redis journal with one planted bug after the other, and the story on a real redis-server that must find it.
set -u
cd "$(dirname "$0")/../.." || exit 1
command -v redis-server >/dev/null || { echo "redis-server is not installed"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
libraries=$(pkg-config --libs cmocka hiredis libuv libsodium libcrypto sqlite3 && { pkg-config --libs msgpack-c 2>/dev/null || pkg-config --libs msgpack; }) || exit 1
compile() { # folder, bug, sources
	folder=$1 bug=$2; shift 2
	mkdir -p "$folder"
	for file; do
		${CC:-cc} -std=gnu11 -O1 -D_GNU_SOURCE -DBOLLPLANK_BUG="$bug" -DBOLLPLANK_SOURCE="\"$PWD\"" -Idaemon -Iprotocol -Itests \
			-c -o "$folder/$(echo "$file" | tr / _).o" "$file" || return 1
	done
}
redis='daemon/shell/journal_redis*.c daemon/shell/redis_*.c'
printf '.section .rodata\n.globl redis_library, redis_library_len\nredis_library:\n.incbin "daemon/redis/bollplank1.lua"\nend:\n.byte 0\n.balign 8\nredis_library_len:\n.dc.a end - redis_library\n.section .note.GNU-stack,"",%%progbits\n' >"$work/lua.S"
# shellcheck disable=SC2086
compile "$work/rest" 0 tests/contract/*.c tests/lib/loop_test.c tests/lib/disk_cut.c tests/lib/redis_server.c daemon/base/*.c daemon/wire/pack.c \
	daemon/shell/journal_[!r]*.c daemon/shell/address.c daemon/shell/loop_uv.c daemon/shell/random.c "$work/lua.S" || exit 1
passed=0 failed=0
control() { # bug, part, story, what the bug is
	# shellcheck disable=SC2086
	if ! { compile "$work/$1" "$1" $redis && ${CC:-cc} -o "$work/test" "$work"/rest/*.o "$work/$1"/*.o $libraries -lpthread; }; then
		echo "bug $1: does not build"; failed=$((failed + 1)); return
	fi
	if timeout 120 "$work/test" "$2" "$3" >"$work/log" 2>&1; then
		if [ "$1" = 0 ]; then passed=$((passed + 1)); else echo "bug $1 ($4): $3 does not see it"; failed=$((failed + 1)); fi
	elif [ "$1" = 0 ]; then
		echo "without a bug $3 fails too:"; tail -n 20 "$work/log"; failed=$((failed + 1))
	else
		echo "bug $1 ($4): $(sed -n 's/^ERROR: //p;s/^# \(.*may not be\)$/\1/p;s/^\[  ERROR   \] --- \([^\[].*\)/\1/p' "$work/log" | head -n 1)"; passed=$((passed + 1))
	fi
}
for story in 'each_survivor*' 'the_losing_side*' 'an_instance_whose_clock*'; do control 0 redis "$story" "none"; done
control 0 poison poison_at_rest "none"
control 71 redis 'each_survivor*' "opened without waiting for others who may hold more"
control 72 redis 'the_losing_side*' "what fell out of history is forgotten"
control 79 poison poison_at_rest "the MAC is not looked at"
control 99 redis 'an_instance_whose_clock*' "a clock that was right at first stays right"
control 80 redis 'a_redis_that_hangs*' "a Redis that hangs is waited for"
printf '%d passed, %d failed\n' $passed $failed
[ $failed = 0 ]
