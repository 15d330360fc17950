#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# tests/redis/check.sh: bollplank redis-check and the daemon's own judgement, on real Redis servers that are set up right and wrong.
# Each row: what is asked, the exit status, and words that must stand in the answer. A row for a wrong setting differs from the right one in that setting alone.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
build=${BOLLPLANK_BUILD:-build/dev}
client=$build/clients/bollplank daemon=$build/daemon/bollplank-daemon
if ! command -v redis-server >/dev/null; then
	echo "redis-server is not installed: apt install redis-server"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi
room=$(mktemp -d)
servers=() passed=0 failed=0
finish() {
	local pid
	for pid in "${servers[@]}"; do kill -9 "$pid"; done
	wait
	rm -rf "$room"
}
trap 'finish 2>/dev/null' EXIT

# serve NAME ARGUMENTS...: a server on $room/NAME/r.sock, as docker/redis.conf would have it; what is given later counts.
serve() {
	local name=$1; shift
	mkdir -p "$room/$name"
	redis-server --port 0 --unixsocket "$room/$name/r.sock" --unixsocketperm 700 --dir "$room/$name" --logfile "$room/$name/log" --daemonize no --save "" \
		--appendonly yes --appendfsync always --maxmemory 100mb --maxmemory-policy noeviction "$@" &
	servers+=($!)
	for _ in $(seq 100); do
		redis-cli -s "$room/$name/r.sock" ping >/dev/null 2>&1 && return
		kill -0 "${servers[-1]}" 2>/dev/null || break
		sleep 0.05
	done
	echo "redis-server does not start: $*"; cat "$room/$name/log"; exit 1
}

row() { # name status words command...
	local name=$1 wanted=$2 words=$3 rc=0; shift 3
	if [ "$(type -t "$1")" = function ]; then
		"$@" >"$room/out" 2>&1 </dev/null || rc=$?
	else
		timeout 60 "$@" >"$room/out" 2>&1 </dev/null || rc=$?
	fi
	if [ $rc = "$wanted" ] && { [ -z "$words" ] || grep -qF -- "$words" "$room/out"; }; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAILED: %s: status %d, wanted %d with "%s"; it said:\n' "$name" $rc "$wanted" "$words"
		sed 's/^/    /' "$room/out"
	fi
}

# A row on the server "right" with one setting changed for it.
setting() { # name setting value status words [option...]
	local name=$1 key=$2 value=$3 before; shift 3
	before=$(redis-cli -s "$right" config get "$key" | sed -n 2p)
	redis-cli -s "$right" config set "$key" "$value" >/dev/null
	row "$name" "$1" "$2" "$client" redis-check "unix:$right" "${@:3}"
	redis-cli -s "$right" config set "$key" "$before" >/dev/null
}

serve right
right=$room/right/r.sock
ask() { redis-cli -s "$right" "$@" >/dev/null; }

row 'help'                      0 'It changes nothing'               "$client" redis-check --help
row 'no address'                2 'give the address of one Redis'    "$client" redis-check
row 'not an address'            2 'unix:/PATH, HOST:PORT'            "$client" redis-check redis
row 'not a durability'          2 'takes memory, aof or replicated'  "$client" redis-check "unix:$right" --durability paper
row 'nobody there'              1 'is not reached'                   "$client" redis-check unix:/nowhere.sock
row 'set up right'              0 'can keep the journal (--redis-durability aof)' "$client" redis-check "unix:$right"
row 'the library comes later'   0 'the daemons do it'                "$client" redis-check "unix:$right"
setting 'fsync each second'     appendfsync everysec                 1 'Set: appendfsync always'
setting 'fsync, not asked for'  appendfsync everysec                 0 'can keep the journal' --durability memory
setting 'no log'                appendonly no                        1 'it writes no log'
setting 'no log, not asked for' appendonly no                        0 'it writes no log' --durability memory
setting 'eviction'              maxmemory-policy allkeys-lru         1 'Set: maxmemory-policy noeviction'
setting 'no bound'              maxmemory 0                          0 'note  maxmemory is not set'
setting 'nearly full'           maxmemory 1100000                    1 'raise maxmemory'
setting 'rewrite without fsync' no-appendfsync-on-rewrite yes        1 'Set: no-appendfsync-on-rewrite no'
setting 'never rewritten'       auto-aof-rewrite-percentage 0        0 'what was struck or erased stays in the file'
setting 'snapshots'             save '3600 1'                        0 'a second place where struck ballots stay'
setting 'no preamble'           aof-use-rdb-preamble no              0 'aof-use-rdb-preamble yes'
row 'no replica'                1 'no replica follows it'            "$client" redis-check "unix:$right" --durability replicated
row 'alone after a split'       1 'min-replicas-to-write 1'          "$client" redis-check "unix:$right" --durability replicated

# Who may do what.
row 'no such user'              1 'there is no user ann'             "$client" redis-check "unix:$right" --daemon-user ann
ask acl setuser bollplank on '>secret' '~bp:*' -@all +ping +info +fcall
row 'a user with too little'    1 'Give it: +wait'                   "$client" redis-check "unix:$right"
row 'what the functions call'   1 ' +hget +'                           "$client" redis-check "unix:$right"
row 'cannot load the library'   1 'the user bollplank may not do it' "$client" redis-check "unix:$right"
ask acl setuser bollplank reset on '>secret' '~other:*' +@all
row 'a user with other keys'    1 'Give it: ~bp:* '                   "$client" redis-check "unix:$right"
ask acl setuser bollplank reset on '>secret' '~bp:*' +@all
row 'a user with too much'      0 'may do more than the daemons need (FLUSHALL' "$client" redis-check "unix:$right"
ask acl setuser bollplank off
row 'a user that is off'        1 'or it is off'                     "$client" redis-check "unix:$right" --daemon-user bollplank
ask acl deluser bollplank
ask acl setuser clerk on '>clerk' '~*' -@all +ping +info
printf 'clerk\n' >"$room/clerk"; printf 'wrong\n' >"$room/wrong"
row 'not an administrator'      1 'give an administrator with --user' "$client" redis-check "unix:$right" --user clerk --password "$room/clerk"
row 'a wrong password'          1 'does not let us in'               "$client" redis-check "unix:$right" --user clerk --password "$room/wrong"
row 'no file of a password'     1 'no password in'                   "$client" redis-check "unix:$right" --user clerk --password "$room/none"

# As docker/ sets it up, users and all.
sh docker/make-secrets "$room/secrets" >/dev/null
serve docker --aclfile "$room/secrets/redis.acl"
docker="$client redis-check unix:$room/docker/r.sock --user operator --password $room/secrets/redis.operator"
# shellcheck disable=SC2086 # words of a command
{
	row 'docker: fit'               0 'can keep the journal'             $docker
	row 'docker: enough'            0 'ok    the user bollplank may do all that the daemons need' $docker
	row 'docker: closed'            0 'ok    nobody comes in without a name and a password' $docker
	if $docker 2>/dev/null | grep '^note.*may do more'; then failed=$((failed + 1)); echo 'FAILED: docker: bollplank may do more than it needs'; else passed=$((passed + 1)); fi
}
row 'docker: without a name'    1 'give --user and --password'       "$client" redis-check "unix:$room/docker/r.sock"

# A primary with a replica. A port that is free now and taken a moment later ends the test.
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
serve primary --port "$port" --bind 127.0.0.1 --min-replicas-to-write 1 --repl-diskless-sync-delay 0
serve replica --replicaof 127.0.0.1 "$port"
for _ in $(seq 100); do redis-cli -s "$room/replica/r.sock" info replication | grep -q master_link_status:up && break; sleep 0.05; done
row 'replicated'                0 '1 replica follows it'             "$client" redis-check "127.0.0.1:$port" --durability replicated
row 'on a port for all here'    0 'everybody on this machine may do anything, through port' "$client" redis-check "127.0.0.1:$port"
row 'a replica is no primary'   1 'it is a replica'                  "$client" redis-check "unix:$room/replica/r.sock"
serve cluster --cluster-enabled yes
row 'a cluster'                 1 'it is a Redis Cluster'            "$client" redis-check "unix:$room/cluster/r.sock"

# What the daemon says of the same at its start.
fit() { row "$1" "$2" "$3" "$daemon" --check --creation-key "$room/key" "${@:4}"; }
head -c 16 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$room/key"
fit 'daemon: fit'               0 'journal: redis, survives a power cut' --redis "unix:$right"
fit 'daemon: three primaries'   1 'this Redis is a replica' --redis "unix:$right" --redis "unix:$room/replica/r.sock"
fit 'daemon: its user'          0 'are fine'                         --redis "unix:$room/docker/r.sock" --redis-user bollplank --redis-password "$room/secrets/redis.password" --redis-key "$room/secrets/redis.key"
fit 'daemon: a wrong password'  1 'does not accept the name or the password' --redis "unix:$room/docker/r.sock" --redis-user bollplank --redis-password "$room/wrong"
fit 'daemon: without a name'    1 'wants to know who we are'         --redis "unix:$room/docker/r.sock"
fit 'daemon: nobody there'      1 'there is no socket'               --redis unix:/nowhere.sock
fit 'daemon: a cluster'         1 'Cluster is not supported'         --redis "unix:$room/cluster/r.sock"
fit 'daemon: without a tunnel'  2 '--redis-allow-plaintext'          --redis redis.example.org:6379
fit 'daemon: two journals'      2 'a journal of its own'             --redis "unix:$right" --journal "$room/journal"
fit 'daemon: the same twice'    2 'each primary once'                --redis "unix:$right" --redis "unix:$right"
fit 'daemon: no durability'     2 'memory, aof or replicated'        --redis "unix:$right" --redis-durability paper
fit 'daemon: a short key'       1 'is too short'                     --redis "unix:$right" --redis-key "$room/clerk"
row 'the library is there'      0 "it is this program's"             "$client" redis-check "unix:$right"
printf '#!lua name=bollplank1\nredis.register_function("bp1_version", function() return 1 end)\n' | redis-cli -s "$right" -x function load replace >/dev/null
row 'another library'           0 "another than this program's"      "$client" redis-check "unix:$right"

# A daemon that is started while Redis is away comes up, says so, and is well when Redis is there. It stops politely while Redis hangs.
until_says() { # words command...: within ten seconds
	local words=$1; shift
	for _ in $(seq 100); do
		[[ $("$@" 2>&1) == *"$words"* ]] && return
		sleep 0.1
	done
	return 1
}
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
mkdir "$room/later"
"$daemon" --listen "127.0.0.1:$port" --creation-key "$room/key" --redis "unix:$room/later/r.sock" --redis-key "$room/key" >"$room/daemon.log" 2>&1 &
pid=$!
servers+=("$pid")
until_says 'nothing can be saved until it is there' cat "$room/daemon.log"
row 'away: said at the start'   0 'We serve nevertheless'            cat "$room/daemon.log"
until_says 'there is no socket' "$client" health --ready "http://127.0.0.1:$port"
row 'away: not well'            1 'there is no socket'               "$client" health --ready "http://127.0.0.1:$port"
row 'away: nothing is created'  1 ''                                 "$client" create --demo --rehearsal --key-file "$room/key" --url "http://127.0.0.1:$port"
serve later
redis=${servers[-1]}
until_says '"ok":true' node -e "fetch('http://127.0.0.1:$port/healthz').then(async (r) => console.log(await r.text()))"
row 'there: well'               0 ''                                 "$client" health --ready "http://127.0.0.1:$port"
row 'there: a session'          0 'A session is ready'               "$client" create --demo --rehearsal --key-file "$room/key" --url "http://127.0.0.1:$port"
kill -STOP "$redis"
row 'hung: not well'            0 ''                                 until_says 'did not answer' "$client" health --ready "http://127.0.0.1:$port"
kill "$pid"
row 'hung: stops politely'      0 ''                                 timeout 15 tail --pid="$pid" -f /dev/null
wait "$pid"
row 'hung: with status 0'       0 ''                                 test $? = 0

# Two primaries, two instances that were given them in another order: a session made by the one is led through the other.
serve red; serve blue
instance() { # port, log, primaries...
	local port=$1 log=$2; shift 2
	"$daemon" --listen "127.0.0.1:$port" --creation-key "$room/key" --redis-key "$room/key" "${@/#/--redis=}" >"$log" 2>&1 &
	servers+=("$!")
	until_says 'start version' cat "$log"
}
other=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
instance "$port" "$room/first.log" "unix:$room/red/r.sock" "unix:$room/blue/r.sock"
instance "$other" "$room/second.log" "unix:$room/blue/r.sock" "unix:$room/red/r.sock"
for number in 1 2 3; do
	link=$("$client" create --demo --rehearsal --plain --key-file "$room/key" --url "http://127.0.0.1:$port" | sed -n "s/^facilitator=//p" | sed "s/:$port/:$other/")
	row "two primaries, session $number" 0 '2 equal, 0 different' "$client" rehearse "$link" --people 8 --rooms 2 --drive --seconds 1
done
stored=$(($(redis-cli -s "$room/red/r.sock" scard bp:sessions) + $(redis-cli -s "$room/blue/r.sock" scard bp:sessions)))
row 'two primaries: each once'  0 ''                                 test "$stored" = 3
both="${servers[-1]} ${servers[-2]}"
for pid in $both; do kill "$pid"; done
for pid in $both; do wait "$pid"; row 'two primaries: stop' 0 ''   test $? = 0; done

printf '%d passed, %d failed\n' $passed $failed
[ $failed = 0 ]
