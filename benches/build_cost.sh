#!/bin/sh
# What a first build costs: crates, wall time and CPU time of cold builds in empty folders. CPU time is the one to
# compare: other work on the machine does not count.
#
#   benches/build_cost.sh                      baseline, present and quick
#   benches/build_cost.sh present tests        only these
#
#   baseline   every crate at level 3, as it would be without the levels in Cargo.toml
#   present    what `cargo run --release` builds
#   tests      what `cargo test --release` builds after that
#   quick      without Burn (--no-default-features)
#   fusion, autotune, fusion,autotune          with these features of Burn
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- baseline present quick
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

# Builds in the named folder and prints a row.
row() { # name folder command...
    name=$1 folder=$root/$2
    shift 2
    mkdir -p "$folder"
    /usr/bin/time -f '%e %U %S' -o "$folder/time" \
        env CARGO_TARGET_DIR="$folder" "$@" 2>"$folder/log" || { cat "$folder/log" >&2; exit 1; }
    crates=$(grep -c Compiling "$folder/log" || true)
    awk -v n="$name" -v c="$crates" \
        '{ printf "| %s | %d | %.1f min | %.1f min |\n", n, c, $1 / 60, ($2 + $3) / 60 }' "$folder/time"
}

# A copy of the sources whose profile has no levels.
level_3() {
    mkdir "$root/level_3"
    git ls-files -z | tar --null -T - -cf - | tar -xf - -C "$root/level_3"
    awk '/^\[/ { skip = /^\[profile\.release\.package/ } !skip { sub(/^opt-level = 1$/, "opt-level = 3"); print }' \
        Cargo.toml >"$root/level_3/Cargo.toml"
}

program="cargo build --release --locked --bin pushforward"
echo "| build | crates | wall | CPU |"
echo "|---|---|---|---|"
for build in "$@"; do
    # shellcheck disable=SC2086
    case $build in
        baseline)
            level_3
            row "$build" baseline $program --manifest-path "$root/level_3/Cargo.toml"
            ;;
        present) row "$build" present $program ;;
        tests)
            [ -d "$root/present" ] || row present present $program
            row "$build" present cargo test --release --locked --no-run
            ;;
        quick) row "$build" quick $program --no-default-features ;;
        *) row "$build" "$build" $program --features "$build" ;;
    esac
done
