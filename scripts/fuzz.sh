#!/usr/bin/env bash
# Runs every fuzz test for a while, one after the other: FUZZ_TIME each (10s), those whose name matches FUZZ (all).
# What one finds, go writes below its package's testdata/fuzz; commit it with the repair.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=()
while IFS=: read -r file line; do
	name=${line#func }
	name=${name%%(*}
	if [[ ! $name =~ ${FUZZ:-.} ]]; then continue; fi
	package=./$(dirname "$file")
	echo "=== $package $name"
	go test "$package" -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZ_TIME:-10s}" || failed+=("$package $name")
done < <(git grep -E '^func Fuzz[A-Za-z0-9_]*\(f \*testing\.F\)' -- '*_test.go')

if [ ${#failed[@]} -gt 0 ]; then
	printf 'failed: %s\n' "${failed[@]}"
	exit 1
fi
