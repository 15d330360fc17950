#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# tests/unit/controls.sh: builds the core with one planted bug after the other, and the test that must find it. A test that passes then is no test.
set -u
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
libraries=$(pkg-config --libs cmocka libsodium yaml-0.1 libcrypto && { pkg-config --libs msgpack-c 2>/dev/null || pkg-config --libs msgpack; }) || exit 1
# What acts for people and sees no library: its tests link it whole, with the test's loop and transport.
house=$(grep -LE '#include (<(uv|libwebsockets|sodium|yaml)|"shell/(ws|http|edge|listener|loop_uv|random|door|options|redis_adapter|journal_sqlite))' daemon/shell/*.c | grep -v journal_sqlite)
# What the journal on Redis loads there, as daemon/CMakeLists.txt makes it.
printf '.section .rodata\n.globl redis_library, redis_library_len\nredis_library:\n.incbin "daemon/redis/bollplank1.lua"\nredis_library_end:\n.byte 0\n.balign 8\nredis_library_len:\n.dc.a redis_library_end - redis_library\n.section .note.GNU-stack,"",%%progbits\n' >"$work/library.S"
passed=0 failed=0 more=''
control() { # bug, test, what the bug is
	case $2 in
	shards) shell="daemon/shell/journal_shards.c daemon/shell/journal_memory*.c tests/lib/loop_test.c" ;;
	attend | company | doors | export | founding | history | house | presence) shell="$house $work/library.S tests/lib/loop_test.c tests/lib/transport_test.c" ;;
	redis_link)
		shell="daemon/shell/redis_*.c daemon/shell/address.c daemon/shell/loop_uv.c daemon/shell/random.c tests/lib/redis_server.c $(pkg-config --libs hiredis libuv)"
		command -v redis-server >/dev/null || { echo "bug $1: skipped, redis-server is not installed"; return; } ;;
	*) shell='' ;;
	esac
	# shellcheck disable=SC2086
	if ! ${CC:-cc} -std=gnu11 -O1 -D_GNU_SOURCE -DBOLLPLANK_BUG="$1" $more -Idaemon -Iprotocol -Itests -o "$work/test" "tests/unit/$2_test.c" \
		tests/lib/script.c tests/lib/notation.c daemon/base/*.c daemon/wire/*.c daemon/core/*.c daemon/core/activity/*.c $shell $libraries; then
		echo "bug $1: does not build"; failed=$((failed + 1)); return
	fi
	if "$work/test" >"$work/log" 2>&1; then
		echo "bug $1 ($3): $2_test does not see it"; failed=$((failed + 1))
	else
		echo "bug $1 ($3): $(sed -n 's/^ERROR: //p;s/^\[  ERROR   \] --- \([^\[].*\)/\1/p' "$work/log" | head -n 1)"; passed=$((passed + 1))
	fi
}
control 1 session "a repeat is always acknowledged"
control 3 sight "sight is ignored"
control 5 save "a snapshot forgets the tail"
control 6 rules "ballots are taken after the close"
control 7 sight "a move keeps the old room's sections"
control 8 sight "a delta forgets removals"
control 20 activity "of an odd number of answers the middle one counts in both halves"
control 12 export "the export tells secret ballots"
control 120 export "a digest tells what is left out"
control 121 export "the export tells open ballots that nobody has looked at"
control 122 export "the export goes on with another history"
control 13 attend "who loads the page anew has left"
control 60 house "who is behind answers all the same"
control 61 company "who is elsewhere has answered"
control 62 company "an instance that is behind is believed"
control 63 company "who is on another instance is away"
control 64 house "what fell out of history is gone"
control 65 house "something new gets before what fell out of history"
control 67 house "all are sent away at once"
control 68 house "all hear of what concerns some"
control 90 house "what followed a deadline goes in again without it"
control 91 house "the seal waits for what waits for it"
control 92 house "the end of one deadline ends another"
control 125 history "what followed a gate or an offered pen goes in again without it"
control 97 house "a deadline is measured with a clock of one's own"
control 94 attend "old news will do"
control 102 attend "the first word of who answers last is taken for the last"
control 95 doors "the time of an answer tells a right code"
control 98 doors "a right code opens while nobody counts the wrong ones"
control 96 founding "the first name will do"
control 123 founding "what is being founded elsewhere is erased"
control 124 founding "whatever nobody has come to is erased"
more=-DBOLLPLANK_RULES=2 # the next version, whose rules 2 judge as rules 1
control 66 house "rules rise before all know them"
more=''
control 21 workshop "a language of a workshop may be missing"
control 9 notes "late text is dropped"
control 11 notes "what another has left open is written over"
control 30 notes "what an earlier tenure wrote is applied"
control 31 notes "suggestions may fill a tray"
control 32 notes "a pen wears out"
control 33 notes "who leaves takes the pen along"
control 34 notes "who writes does not keep the pen that is offered"
control 35 notes "what comes back from the tray is sent to all again"
control 36 notes "what is sent to all has no end"
control 37 notes "earlier wordings of any length are kept"
control 38 notes "notes are written after the end"
control 39 notes "suggestions and late text lie over each other"
control 53 notes "an item of the tray keeps its number when its words are others"
control 93 notes "numbers of another history are given again"
control 40 gate "extra time is cut short when the others have answered"
control 101 gate "the discussion opens, and the sheets come too late"
control 41 gate "what was seen of an earlier phase opens a discussion"
control 42 gate "a secret rating is in sight before its seal"
control 43 gate "the band of a few is told"
control 44 gate "everybody sees every room of a secret rating"
control 10 outcome "any order is taken"
control 45 outcome "groups count what is hidden"
control 46 outcome "a sealed result is drawn as often as one likes"
control 47 outcome "an outcome is in sight when its result is not"
control 49 outcome "an override may say any numbers"
control 50 outcome "steps of one group do not keep their order"
control 48 words "anybody in the room casts what the pen holds"
control 51 papers "a verdict hangs on what will be struck"
control 52 papers "k counts the sheets that somebody entered"
control 100 rooms "who has agreed once agrees to everything"
control 110 rooms "anybody makes anybody the leader"
control 111 rooms "who leaves leads on"
control 112 rooms "agreed is to whatever stands"
control 113 rooms "the end comes while it stands still"
control 114 rooms "who comes back begins anew"
control 115 rooms "a snapshot forgets who agreed"
control 116 presence "everybody hears of every room"
control 117 presence "what was told is told again"
control 118 presence "large rooms hear who is away"
control 119 presence "of thousands each is told"
control 80 redis_link "a Redis that hangs is waited for"
control 81 redis_link "the last of those whose answer nobody knows is forgotten"
control 82 redis_link "a daemon that stood still takes it for Redis' fault"
control 83 shards "a part that is away has nothing"
control 84 shards "the order in which parts are given is that of every session"
control 85 shards "only the first part is asked"
printf '%d passed, %d failed\n' $passed $failed
[ $failed = 0 ]
