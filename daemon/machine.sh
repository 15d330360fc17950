# SPDX-License-Identifier: EUPL-1.2
# What daemon/run and tests/run share: bring the machine to where they can work, and build. Sourced by bash, from the top of the repository.
# Every function asks first what is there already, so that a second run needs no network.
# shellcheck shell=bash disable=SC2034,SC2154 # $program is the caller's, and what stands here is for it

say() { printf '%s: %s\n' "$program" "$*"; }
fail() { printf '%s: %s\n' "$program" "$*" >&2; exit 1; }

# A quiet command: its words go into a log, and to the person only when it failed.
quietly() { # log command...
	local log=$1; shift
	mkdir -p "$(dirname "$log")"
	if ! "$@" >"$log" 2>&1 </dev/null; then
		printf '%s: this failed: %s\n' "$program" "$*" >&2
		tail -n 30 "$log" >&2
		printf '%s: the whole log: %s\n' "$program" "$log" >&2
		return 1
	fi
}

has_package() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Debian packages by name. `a|b` is whichever of the two this release of Debian has (the second is the older name); `a:program` is not
# needed where the program is there already, however it came.
install_packages() {
	command -v dpkg-query >/dev/null || fail "this is no Debian. Install yourself what stands in docs/DEVELOPMENT.md, then build with cmake --preset release"
	local missing=() name older
	for name in "$@"; do
		case $name in
		*:*) if command -v "${name#*:}" >/dev/null; then continue; fi; name=${name%%:*} ;;
		esac
		older=${name#*|}; name=${name%%|*}
		if ! has_package "$name" && ! has_package "$older"; then missing+=("$name|$older"); fi
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	local as_root=()
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null || fail "these packages are missing and there is no sudo: ${missing[*]%%|*}. Ask somebody who may to run: apt-get install ${missing[*]%%|*}"
		as_root=(sudo)
	fi
	say "fetching the list of packages"
	quietly build/log/apt-update.log "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 update ||
		fail "the list of packages could not be fetched. Is there a network?"
	local chosen=()
	for name in "${missing[@]}"; do
		older=${name#*|}; name=${name%%|*}
		if [ -n "$(apt-cache madison "$name" 2>/dev/null)" ]; then chosen+=("$name"); else chosen+=("$older"); fi
	done
	say "installing ${chosen[*]}"
	quietly build/log/apt-install.log "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "${chosen[@]}" ||
		fail "the packages could not be installed"
}

packages_build=(gcc libc6-dev cmake:cmake ninja-build:ninja pkg-config 'libmsgpack-c-dev|libmsgpack-dev' libwebsockets-dev libwebsockets-evlib-uv
	libuv1-dev libsqlite3-dev libsodium-dev libyaml-dev libssl-dev libhiredis-dev nodejs:node npm:npm ca-certificates)

# The web client's libraries. Skipped when what is there was installed from this very lock file.
install_web() {
	local folder=clients/web stamp=clients/web/node_modules/.installed-from wanted
	[ -f $folder/package-lock.json ] || return 0
	wanted=$(sha256sum <$folder/package-lock.json)
	if [ -f $stamp ] && [ "$(cat $stamp)" = "$wanted" ]; then return 0; fi
	say "installing the web client's libraries (npm ci)"
	quietly build/log/npm-ci.log npm --prefix $folder ci --ignore-scripts || fail "the web client's libraries could not be installed. Is there a network?"
	printf '%s\n' "$wanted" >$stamp
}

# Build a preset with at most two jobs: small machines have little memory, and sanitizers want much.
build_preset() { # preset [cmake option...]
	local preset=$1 jobs; shift
	jobs=$(nproc); [ "$jobs" -le 2 ] || jobs=$((jobs / 2 > 2 ? jobs / 2 : 2))
	say "building build/$preset"
	quietly "build/log/configure-$preset.log" cmake --preset "$preset" "$@" || fail "the build could not be configured"
	quietly "build/log/build-$preset.log" cmake --build "build/$preset" -j "$jobs" || fail "the build failed"
}
