#!/usr/bin/env bash
# Runs the Go tests and says how much of each package they run: a statement counts when a test of any package runs it.
#
#   scripts/cover.sh [go test's options and packages]
#
# Without packages: all but e2e, which runs a binary of its own. The merged profile is bin/cover.out; look at it with
# go tool cover -html=bin/cover.out
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p bin

packages=0
for argument in "$@"; do
	case $argument in ./*) packages=1 ;; esac
done
if [ $packages = 0 ]; then
	mapfile -t tested < <(go list ./... | grep -vE '^mailferry/(e2e|bench)(/|$)')
	set -- "$@" "${tested[@]}"
fi
# What is measured is what ships.
measured=$(go list ./... | grep -vE '^mailferry/(e2e|bench|scripts|docs|internal/testkit|web/e2e)(/|$)' | paste -sd,)

status=0
go test -coverpkg="$measured" -coverprofile=bin/cover.raw "$@" \
	2> >(grep -v '^warning: no packages being tested depend on matches' >&2) | sed 's/\tcoverage: .*//' || status=$?

# Each test binary has written all blocks of all packages: one is run if any of them ran it. Generated code is left out.
{
	echo "mode: set"
	grep -v '^mode:' bin/cover.raw | grep -vE '(/|\.)generated\.go:' |
		awk '{ n[$1] = $2; if ($3 > 0) ran[$1] = 1 } END { for (b in n) print b, n[b], ran[b] + 0 }' | sort
} >bin/cover.out
rm bin/cover.raw

echo
grep -v '^mode:' bin/cover.out | awk '
	{ file = $1; sub(/:.*/, "", file); package = file; sub(/\/[^\/]*$/, "", package)
	  all[package] += $2; total += $2; if ($3) { ran[package] += $2; totalran += $2 } }
	END {
		for (p in all) printf "%5.1f %%  %6d statements  %s\n", 100 * ran[p] / all[p], all[p], p | "sort -k5"
		close("sort -k5")
		printf "%5.1f %%  %6d statements  in all\n", 100 * totalran / total, total
	}'
exit $status
