#!/usr/bin/env bash
# Runs the server and Vite for development, both on loopback. A change of the web app is in the browser at once;
# a change of Go code builds the server again and restarts it. Ctrl-C ends both.
#
#   MAILFERRY_ADDR   where the server listens (127.0.0.1:8080)
#   VITE_PORT        where Vite listens on 127.0.0.1 (5173): this is the address to open
#   MAILFERRY_DATA   the server's data (data/dev); remove it to start afresh
#
# All other variables of the README work as ever. Jobs may connect to loopback and to every port, where servers to try
# are.
set -euo pipefail
cd "$(dirname "$0")/.."

port=${VITE_PORT:-5173}
export MAILFERRY_ADDR=${MAILFERRY_ADDR:-127.0.0.1:8080} MAILFERRY_DATA=${MAILFERRY_DATA:-data/dev}
export MAILFERRY_ALLOWED_NETWORKS=${MAILFERRY_ALLOWED_NETWORKS:-public,private,loopback}
export MAILFERRY_ALLOWED_PORTS=${MAILFERRY_ALLOWED_PORTS:-1-65535}
# The browser's requests come from Vite's address.
export MAILFERRY_ALLOWED_ORIGINS=${MAILFERRY_ALLOWED_ORIGINS:-http://127.0.0.1:$port,http://localhost:$port}

folder=$(mktemp -d)
server= vite=
finish() {
	trap - EXIT INT TERM
	# Vite first: it would complain of a server that is gone.
	for child in $vite $server; do
		kill "$child" 2>/dev/null || true
		wait "$child" 2>/dev/null || true
	done
	rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# changed: something that the server is built from is newer than its last build.
changed() {
	[ -n "$(find . \( -path ./web/node_modules -o -path ./data -o -path ./bin -o -path ./.git \) -prune -o \
		\( -name '*.go' -o -name '*.sql' -o -name go.mod \) -newer "$folder/built" -print -quit)" ]
}

# start builds the server and starts it; what does not compile is said, and the next change tried.
start() {
	touch "$folder/built"
	if ! go build -o "$folder/mailferry" .; then
		echo "dev: the server does not compile; the next change is tried" >&2
		return
	fi
	"$folder/mailferry" serve &
	server=$!
}

start
if command -v npm >/dev/null; then
	(cd web && MAILFERRY_URL=http://$MAILFERRY_ADDR exec node node_modules/vite/bin/vite.js --host 127.0.0.1 --port "$port" --strictPort) &
	vite=$!
	echo "dev: open http://127.0.0.1:$port"
else
	echo "dev: npm is not installed: the server alone runs"
fi

while sleep 1; do
	if [ -n "$vite" ] && ! kill -0 "$vite" 2>/dev/null; then
		echo "dev: Vite has ended" >&2
		exit 1
	fi
	if [ -n "$server" ] && ! kill -0 "$server" 2>/dev/null; then
		server=
		echo "dev: the server has ended; the next change starts it again" >&2
	fi
	if changed; then
		echo "dev: the server is built again"
		if [ -n "$server" ]; then
			kill "$server" 2>/dev/null || true
			wait "$server" 2>/dev/null || true
			server=
		fi
		start
	fi
done
