#!/usr/bin/env bash
# The pictures of README.md, made by the release build that is there: `assets/pictures.sh [FOLDER]`.
#
# Figures need nothing else. The window's pictures need a virtual display: Xvfb, openbox, xdotool and ImageMagick.
set -euo pipefail
cd "$(dirname "$0")/.."

program="${CARGO_TARGET_DIR:-target}/release/pushforward"
work="${1:-out/pictures}"
mkdir -p "$work"

# The classic grid on two targets: three paths by two couplings.
for preset in smiley eight-gaussians; do
    "$program" compare "$preset" --over 'coupling=Independent,BatchOt(batch:256)' --over 'path=CondOt(),Vp(),Cosine' \
        --set 'view.layers=[Target, Trajectories]' --set view.paths=150 --out "$work/$preset" --quiet
    convert "$work/$preset/lanes.png" -resize 900x -colors 128 -define png:compression-level=9 "assets/lanes-$preset.png"
done

# The size of batch-OT's blocks: what falls with it, and what it tends to.
"$program" compare eight-gaussians --over coupling.batch=1,4,16,64,256,1024 --seeds 3 --out "$work/sweep" --quiet
convert "$work/sweep/theorem.png" -resize 900x -colors 128 -define png:compression-level=9 assets/sweep.png

# Reflow, round by round.
"$program" run eight-gaussians --out "$work/reflow" --quiet --set view.paths=150 \
    --set 'view.layers=[Target, Trajectories]' --set 'lanes=[(title: "1-RF"),
        (title: "2-RF", set: ["coupling=Reflow(rounds: 1, pairs: 20000)"]),
        (title: "3-RF", set: ["coupling=Reflow(rounds: 2, pairs: 20000)"])]'
convert "$work/reflow/lanes.png" -resize 1500x -colors 200 -define png:compression-level=9 assets/reflow.png

# Learned, exact and their difference, and one point asked about, of one training.
"$program" run eight-gaussians --set view.t=0.6 --set 'view.layers=[Target, Field]' --out "$work/learned" --quiet
"$program" run "$work/learned" --set 'view.layers=[Target, ExactField]' --out "$work/exact" --quiet
"$program" run "$work/learned" --set 'view.layers=[Target, FieldError, Contours]' --out "$work/error" --quiet
"$program" run "$work/learned" --set view.t=0.3 --set 'view.ask=Some((1.0, 0.5))' --set 'view.layers=[Source, Target]' \
    --out "$work/ask" --quiet
convert "$work"/{learned,exact,error}/trajectories.png +append -resize 1500x -colors 200 \
    -define png:compression-level=9 assets/learned-exact.png
convert "$work/ask/trajectories.png" -resize 900x -colors 128 -define png:compression-level=9 assets/ask.png

# window NAME SIZE FOLDER KEYS..: a picture of the window on a folder, after these keys; `light` presses that button.
window() {
    local name=$1 size=$2 folder=$3
    shift 3
    export DISPLAY=:87
    Xvfb "$DISPLAY" -screen 0 "${size}x24" >/dev/null 2>&1 &
    local screen=$!
    sleep 2
    openbox >/dev/null 2>&1 &
    # Unsaved work of other windows is not to be offered here.
    XDG_CONFIG_HOME="$work/config-$name" "$program" "$folder" >/dev/null 2>&1 &
    local app=$!
    xdotool search --sync --onlyvisible --name Pushforward >/dev/null
    sleep 15
    # The pointer rests where nothing explains itself.
    xdotool mousemove 800 868 click 1 mousemove "${size%x*}" "${size#*x}"
    for key in F4 "$@"; do
        case $key in
            light) xdotool mousemove 1241 42 sleep 1 click 1 sleep 1 mousemove "${size%x*}" "${size#*x}" ;;
            *) xdotool key "$key" ;;
        esac
        sleep 1
    done
    sleep 40
    import -window root "$work/$name.png"
    kill "$app" || true
    sleep 1
    kill "$screen" || true
    wait "$screen" 2>/dev/null || true
}

window lanes-dark 1600x1000 "$work/smiley" space End
window lanes-light 1600x1000 "$work/eight-gaussians" light
window lanes-small 1366x768 "$work/smiley"
window lanes-lecture 1600x1000 "$work/smiley" F11
for name in lanes-dark lanes-light; do
    convert "$work/$name.png" -colors 256 -define png:compression-level=9 "assets/$name.png"
done
