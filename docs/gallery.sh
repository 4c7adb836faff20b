#!/usr/bin/env bash
# The gallery: docs/gallery.md and its pictures, made from presets by the release build that is there.
#
# `docs/gallery.sh [FOLDER]` keeps the runs in FOLDER (out/gallery): what is trained there is not trained again.
set -euo pipefail
cd "$(dirname "$0")/.."

program="${CARGO_TARGET_DIR:-target}/release/pushforward"
work="${1:-out/gallery}"
pictures=docs/gallery
mkdir -p "$work" "$pictures"

run() { "$program" run "$@" --quiet; }
run eight-gaussians --out "$work/eight-gaussians"
run two-moons --out "$work/two-moons"
run checkerboard --out "$work/checkerboard"
run smiley --out "$work/smiley"
run two-moons --out "$work/lanes" --set 'lanes=[(), (title: "VP", set: ["path=Vp()"]), (title: "cond-OT, batch-OT", set: ["coupling=BatchOt(batch:256)"])]'

page="$pictures.md"
cat >"$page" <<'TEXT'
# Gallery

Every kind of figure, from presets. `docs/gallery.sh` trains them, makes the pictures and writes this page; under each
stands the command that made it.
TEXT

# figure TITLE NAME RUN FLAGS..: a picture, and its command on the page.
figure() {
    local title=$1 name=$2 folder=$3
    shift 3
    "$program" export "$work/$folder" "$@" --out "$pictures/$name" --no-caption --quiet
    printf '\n## %s\n\n![%s](gallery/%s)\n\n```text\npushforward export out/%s' "$title" "$title" "$name" "$folder" >>"$page"
    printf ' %q' "$@" >>"$page"
    printf ' --out %s\n```\n' "$name" >>"$page"
}

small=(--width 6.75in --dpi 130)
figure "Trajectories" trajectories.png eight-gaussians --figure trajectories "${small[@]}"
figure "A time strip" strip.png two-moons --figure strip "${small[@]}"
figure "A time strip of densities" strip-density.png checkerboard --figure 'Strip(of: Density)' "${small[@]}"
figure "The field at t" field.png two-moons --figure field --t 0.5 "${small[@]}"
figure "The learned density" density.png checkerboard --figure density "${small[@]}"
figure "Learned less exact density" density-difference.png eight-gaussians --figure 'Density(of: Difference)' "${small[@]}"
figure "Lanes as small multiples" lanes.png lanes --figure lanes "${small[@]}"
figure "The pairs of the coupling" pairs.png two-moons --figure pairs "${small[@]}"
figure "A deformed grid" grid.png eight-gaussians --figure grid "${small[@]}"
figure "A conditional path" conditional.png eight-gaussians --figure conditional --t 0.5 --set 'view.given=Some((at: (2.8, 2.8), points: 3))' "${small[@]}"
figure "Why a path turns" posterior.png eight-gaussians --figure posterior --t 0.3 --set 'view.ask=Some((1.0, 0.5))' "${small[@]}"
figure "A title page" triptych.png smiley --figure triptych "${small[@]}"
figure "A slide" slide.png eight-gaussians --figure trajectories --style slide --dpi 40
figure "A column of a paper, in serif" serif.png two-moons --figure trajectories --style paper-serif --width 3.25in --dpi 200
figure "A formula in the title" formula.png eight-gaussians --figure field --title 'The field $u_t(x) = E[\dot X_t \mid X_t = x]$ at $t = \frac{1}{2}$' --t 0.5 --width 4in --dpi 160
for of in Loss SolverError BlockCost Straightness Training; do
    figure "Curves: $of" "metrics-$of.png" two-moons --figure "Metrics(of: $of)" --width 4in --dpi 150
done
figure "A film" film.gif two-moons --figure film --style slide-light --width 480px --height 400px --dpi 40 --frames 40 --rate 20 --paths 500
