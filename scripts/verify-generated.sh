#!/usr/bin/env bash
# Generates all code from schema.graphqls again, in place, and fails if a file was
# not what it became. Files need not be committed for that.
set -euo pipefail
cd "$(dirname "$0")/.."

before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
tracked() { git ls-files --cached --others --exclude-standard -z -- graph web/src; }

tracked | while IFS= read -r -d '' file; do
	if [ -e "$file" ]; then
		mkdir -p "$before/$(dirname "$file")"
		cp "$file" "$before/$file"
	fi
done
make --no-print-directory generate

stale=0
while IFS= read -r -d '' file; do
	if ! cmp -s "$before/$file" "$file"; then
		stale=1
		echo "stale: $file" >&2
		diff -u "$before/$file" "$file" 2>/dev/null | head -20 >&2 || true
	fi
done < <({ tracked; cd "$before" && find graph web/src -type f -print0 2>/dev/null; } | sort -zu)
if [ $stale -ne 0 ]; then
	echo "Generated code was not up to date; it is now. Commit it." >&2
	exit 1
fi
echo "Generated code is up to date."
