"""How Pushforward's times grow: one figure, as SVG and PNG.

Three panels on logarithmic axes, from `pushforward bench --scaling --json`: milliseconds per training step over
the width of the network (batch 256), the same over the batch (3 x 64), and milliseconds over the number of
particles. A dotted line through the last point shows how the arithmetic grows.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, NamedTuple

from common import PUSHFORWARD, are_installed, pushforward_bench

if not are_installed("matplotlib"):
    sys.exit(0)

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator

BACKGROUND, GRID, MUTED, TEXT = "#14161b", "#323843", "#8b93a1", "#e3e6eb"
STYLE: dict[Any, Any] = {
    "figure.facecolor": BACKGROUND,
    "savefig.facecolor": BACKGROUND,
    "axes.facecolor": BACKGROUND,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": TEXT,
    "axes.titlecolor": TEXT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "text.color": TEXT,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": TEXT,
    "ytick.labelcolor": TEXT,
    "font.size": 13,
    "axes.titlesize": 15,
    "svg.hashsalt": "pushforward",
}


class Panel(NamedTuple):
    field: str
    key: str
    title: str
    x_label: str
    y_label: str
    color: str
    guide: str
    power: int


PANELS = [
    Panel(
        field="width",
        key="width",
        title="Width, batch 256",
        x_label="units per layer",
        y_label="ms per step",
        color="#6ea8fe",
        guide="as width squared",
        power=2,
    ),
    Panel(
        field="batch",
        key="batch",
        title="Batch, 3 x 64",
        x_label="pairs per step",
        y_label="ms per step",
        color="#b08cff",
        guide="in proportion",
        power=1,
    ),
    Panel(
        field="particles",
        key="particles",
        title="Particles",
        x_label="particles",
        y_label="ms",
        color="#35cf92",
        guide="in proportion",
        power=1,
    ),
]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="How Pushforward's times grow, as a figure."
    )
    parser.add_argument(
        "--pushforward", type=Path, default=PUSHFORWARD, help="the release build"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("out"), help="folder for scaling.svg and .png"
    )
    return parser.parse_args()


def short(value: float) -> str:
    """A count for a tick: 512, 1k, 1M."""
    for size, letter in [(1e6, "M"), (1e3, "k")]:
        if value >= size and value % size == 0:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def draw(axes: Axes, panel: Panel, rows: list[dict[str, Any]]) -> None:
    x = [row[panel.key] for row in rows]
    y = [row["ms"] for row in rows]
    guide = [y[-1] * (value / x[-1]) ** panel.power for value in x]
    axes.loglog(x, guide, ":", color=MUTED, label=panel.guide)
    axes.loglog(x, y, "o-", color=panel.color, linewidth=2.5, markersize=7)
    for i, offset, side in [(0, (12, -4), "left"), (-1, (-14, 0), "right")]:
        axes.annotate(
            f"{y[i]:.3g} ms",
            (x[i], y[i]),
            xytext=offset,
            textcoords="offset points",
            ha=side,
            va="center",
            color=panel.color,
            bbox={"facecolor": BACKGROUND, "edgecolor": "none", "pad": 1},
        )
    axes.set_xticks(x, [short(value) for value in x])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_ylim(min(y) / 2, max(y) * 2)
    axes.set(title=panel.title, xlabel=panel.x_label, ylabel=panel.y_label)
    axes.grid(True)
    axes.legend(frameon=False, loc="lower right")


def main() -> None:
    args = arguments()
    bench = pushforward_bench(args.pushforward, "--scaling")
    panels = []
    for panel in PANELS:
        if bench.get(panel.field):
            panels.append(panel)
        else:
            print(f"SKIP: {panel.title}: the bench reports no `{panel.field}`")
    if not panels:
        return
    pyplot.rcParams.update(STYLE)
    figure, grid = pyplot.subplots(
        1, len(panels), figsize=(5 * len(panels), 4.6), squeeze=False
    )
    for axes, panel in zip(grid[0], panels):
        draw(axes, panel, bench[panel.field])
    figure.tight_layout(w_pad=3)
    args.out.mkdir(parents=True, exist_ok=True)
    for suffix, metadata in [("svg", {"Date": None}), ("png", {})]:
        path = args.out / f"scaling.{suffix}"
        figure.savefig(path, dpi=160, metadata=metadata)
        print(path)


if __name__ == "__main__":
    main()
