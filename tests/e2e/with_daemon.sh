#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# tests/e2e/with_daemon.sh COMMAND...: a daemon of its own for a test, in a folder that goes away, on a port that is free.
# In COMMAND, PORT, URL, KEY, KEYFILE and STATE as whole words stand for those of the daemon. Afterwards the daemon must end by itself with status 0,
# which is where the sanitizers speak. Its log is shown when something was wrong.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
server=${BOLLPLANK_BUILD:-build/dev}/daemon/bollplank-daemon
[ -x "$server" ] || { echo "with_daemon: $server is missing; build first" >&2; exit 1; }
state=$(mktemp -d) daemon=
trap '[ -z "$daemon" ] || kill -KILL "$daemon" 2>/dev/null; rm -rf "$state"' EXIT
(umask 077; od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$state/creation.key")
open() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }
port=
for _ in $(seq 50); do
	port=$((20000 + RANDOM % 10000))
	open || break
done
"$server" --listen "127.0.0.1:$port" --state "$state" --key-file "$state/creation.key" --catalog catalog >"$state/log" 2>&1 &
daemon=$!
for _ in $(seq 300); do
	if open || ! kill -0 "$daemon" 2>/dev/null; then break; fi
	sleep 0.1
done
if ! open; then echo "with_daemon: the daemon did not start" >&2; cat "$state/log" >&2; exit 1; fi
words=()
for word in "$@"; do
	case $word in
	PORT) word=$port ;;
	URL) word=http://127.0.0.1:$port ;;
	KEY) word=$(cat "$state/creation.key") ;;
	KEYFILE) word=$state/creation.key ;;
	STATE) word=$state ;;
	esac
	words+=("$word")
done
rc=0
"${words[@]}" || rc=$?
kill -TERM "$daemon" 2>/dev/null
ended=0
wait "$daemon" || ended=$?
daemon=
if [ $ended != 0 ]; then echo "with_daemon: the daemon ended with status $ended"; [ $rc != 0 ] || rc=1; fi
[ $rc = 0 ] || { echo "with_daemon: what the daemon said last:"; tail -n 40 "$state/log"; }
exit $rc
