#!/usr/bin/env bash
# Shows what the built-in engine and its two hosts say to each other, line by line: passwords masked, mail itself
# as its size.
#
#   scripts/trace.sh                    a sync between two Dovecots with some mail, started for it
#   scripts/trace.sh --host1 … --dry    a sync with these options of `mailferry sync`; passwords as
#                                       IMAPSYNC_PASSWORD1 and IMAPSYNC_PASSWORD2 from the environment
#
# To trace what a job does, give the endpoints and options that its page shows.
set -euo pipefail
cd "$(dirname "$0")/.."
go build -o bin/mailferry .

if [ $# -gt 0 ]; then
	exec bin/mailferry sync --debugimap "$@"
fi

folder=$(mktemp -d)
servers=
finish() {
	trap - EXIT
	if [ -n "$servers" ]; then
		kill -INT "$servers" 2>/dev/null || true
		wait "$servers" 2>/dev/null || true
	fi
	rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

go build -o "$folder/servers" ./bench/servers
# Interrupts are for this script, which ends the servers.
set -m
"$folder/servers" -messages "${MESSAGES:-12}" >"$folder/out" 2>&1 &
servers=$!
set +m
until grep -q '^Interrupt' "$folder/out"; do
	if ! kill -0 "$servers" 2>/dev/null; then
		cat "$folder/out" >&2
		exit 1
	fi
	sleep 0.1
done
port() { sed -nE "s/^$1 .* port ([0-9]+) .*/\1/p" "$folder/out"; }
IMAPSYNC_PASSWORD1=secret IMAPSYNC_PASSWORD2=secret bin/mailferry sync --debugimap \
	--host1 127.0.0.1 --port1 "$(port source)" --user1 info@example.org --nossl1 --notls1 \
	--host2 127.0.0.1 --port2 "$(port destination)" --user2 info@example.org --nossl2 --notls2
