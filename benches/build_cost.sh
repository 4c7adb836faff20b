#!/bin/sh
# What Burn's fusion and autotune cost in build time: builds the library in an empty folder without and with them
# (about a quarter of an hour each on two cores), and prints crates, wall time and CPU time. CPU time is the one to
# compare: other work on the machine does not count.
#
#   benches/build_cost.sh                      all four
#   benches/build_cost.sh none fusion          only these
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- none fusion autotune fusion,autotune
echo "| features | crates | wall | CPU |"
echo "|---|---|---|---|"
for features in "$@"; do
    flags="--features $features"
    [ "$features" = none ] && flags=""
    folder=$(mktemp -d)
    # shellcheck disable=SC2086
    { /usr/bin/time -f '%e %U %S' -o "$folder/time" \
        cargo build --release --locked --lib $flags --target-dir "$folder/target" 2>"$folder/log"; } ||
        { cat "$folder/log" >&2; exit 1; }
    crates=$(grep -c Compiling "$folder/log")
    awk -v f="$features" -v c="$crates" \
        '{ printf "| %s | %d | %.1f min | %.1f min |\n", f, c, $1 / 60, ($2 + $3) / 60 }' "$folder/time"
    rm -rf "$folder"
done
