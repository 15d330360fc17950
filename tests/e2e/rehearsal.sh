#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# tests/e2e/rehearsal.sh URL KEYFILE [options of bollplank rehearse]: the demo session with simulated people against a running daemon; passes when what they were told is
# saved stands in the result. tests/e2e/with_daemon.sh gives it a daemon.
set -eu
client=${BOLLPLANK_BUILD:-build/dev}/clients/bollplank
url=$1 key=$2
shift 2
link=$("$client" create --demo --plain --url "$url" --key-file "$key" | sed -n 's/^facilitator=//p')
[ -n "$link" ] || { echo "rehearsal: no facilitator's link came"; exit 1; }
exec "$client" rehearse "$link" --quiet "$@"
