#!/usr/bin/env bash
# Lines of code by folder of src, tests, comments and blank lines apart: benches/lines_of_code.sh [REVISION]...
# Tests are what stands behind `#[cfg(test)]` at the end of a file, and files that only tests use.
set -euo pipefail
cd "$(dirname "$0")/.."

count() {
    git ls-tree -r --name-only "$1" src | grep '\.rs$' | grep -v -E '/tests(/|\.rs)|_tests\.rs|/fixture\.rs' |
        while read -r file; do
            folder=$(cut -d/ -f2 <<<"$file" | sed 's/\.rs$//')
            lines=$(git show "$1:$file" | awk '/^#\[cfg\(test\)\]/ { over = 1 } over { next } /^ *(\/\/|$)/ { next } { n++ } END { print n + 0 }')
            echo "$folder $lines"
        done | awk '{ n[$1] += $2; all += $2 } END { for (f in n) print f, n[f]; print "~all", all }' | sort
}

for revision in "${@:-HEAD}"; do
    printf '%s\n' "$revision"
    count "$revision" | sed 's/~//' | awk '{ printf "  %-12s %6d\n", $1, $2 }'
done
