#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# tests/e2e/rehearsal.sh URL KEYFILE [--workshop ID] [options of bollplank rehearse]: the demo session, or a workshop of the catalog, with simulated people against a running
# daemon; passes when what they were told is saved stands in the results and notes. tests/e2e/with_daemon.sh gives it a daemon.
set -eu
client=${BOLLPLANK_BUILD:-build/dev}/clients/bollplank
url=$1 key=$2
shift 2
what=--demo
if [ "${1:-}" = --workshop ]; then what="--rehearsal --workshop $2"; shift 2; fi
# shellcheck disable=SC2086 # words of ours, meant to be split
link=$("$client" create $what --plain --url "$url" --key-file "$key" | sed -n 's/^facilitator=//p')
[ -n "$link" ] || { echo "rehearsal: no facilitator's link came"; exit 1; }
exec "$client" rehearse "$link" --quiet "$@"
