"""Milliseconds of an exact assignment between n source and n target points, by POT and by SciPy.

The same work as an `assignment` row of `pushforward bench`: from two arrays of points to the cheapest permutation
for the squared distance, in f64, the costs included. The points go from N(0, I) to eight Gaussians. `--points
FOLDER` reads them from `points-N.csv` (a header, then columns x0,y0,x1,y1) or `points-N.npy` (shape [rows, 4]); a
file of k N rows holds k draws, which take turns. Otherwise every draw has its own seed.

- `pot`: `ot.dist` and `ot.emd` with uniform weights.
- `scipy`: `cdist` and `linear_sum_assignment`.

One thread. Each number is the median CPU time over the draws. Both peers must find the same cost.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from common import are_installed, table

# Before NumPy is imported: one thread, and POT is not to load PyTorch and JAX, whose threads would count as well.
for library in ["OMP", "OPENBLAS", "MKL"]:
    os.environ[f"{library}_NUM_THREADS"] = "1"
for backend in ["PYTORCH", "JAX", "CUPY", "TENSORFLOW"]:
    os.environ[f"POT_BACKEND_DISABLE_{backend}"] = "1"

if not are_installed("numpy"):
    sys.exit(0)

import numpy as np

Points = np.ndarray
# From two point sets to the mean cost of the best permutation.
Solver = Callable[[Points, Points], float]


def pot() -> Solver:
    import ot

    def solve(x_0: Points, x_1: Points) -> float:
        cost = ot.dist(x_0, x_1, metric="sqeuclidean")
        plan = ot.emd(ot.unif(len(x_0)), ot.unif(len(x_1)), cost, numItermax=10_000_000)
        return float(np.vdot(plan, cost))

    return solve


def scipy() -> Solver:
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist

    def solve(x_0: Points, x_1: Points) -> float:
        cost = cdist(x_0, x_1, "sqeuclidean")
        return float(cost[linear_sum_assignment(cost)].mean())

    return solve


# How a peer is called, the module that it needs, and its solver.
PEERS = {
    "pot": ("POT ot.emd", "ot", pot),
    "scipy": ("SciPy linear_sum_assignment", "scipy", scipy),
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Milliseconds per exact assignment.")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--sizes", nargs="+", type=int, default=[256, 512, 1024])
    parser.add_argument(
        "--draws", type=int, default=11, help="assignments to take the median of"
    )
    parser.add_argument(
        "--points", type=Path, help="folder with points-N.csv or points-N.npy"
    )
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def drawn(n: int, seed: int) -> Points:
    """Rows (x_0, x_1): the standard normal and eight Gaussians of radius 5 and deviation 0.5."""
    rng = np.random.default_rng([n, seed])
    angle = rng.integers(8, size=n) * (math.pi / 4)
    centers = 5 * np.column_stack([np.cos(angle), np.sin(angle)])
    return np.hstack([rng.normal(size=(n, 2)), centers + 0.5 * rng.normal(size=(n, 2))])


def read(folder: Path, n: int) -> list[Points]:
    path = folder / f"points-{n}.npy"
    if path.exists():
        rows = np.load(path)
    else:
        path = path.with_suffix(".csv")
        rows = np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)
    if len(rows) < n:
        sys.exit(f"{path} has {len(rows)} rows, less than {n}")
    return [rows[i : i + n] for i in range(0, len(rows) - n + 1, n)]


def draws(args: argparse.Namespace, n: int) -> list[Points]:
    if args.points is None:
        return [drawn(n, seed) for seed in range(args.draws)]
    stored = read(args.points, n)
    return [stored[i % len(stored)] for i in range(args.draws)]


def milliseconds(solve: Solver, pairs: list[Points]) -> tuple[float, float]:
    """Median CPU time over the draws, after one to warm up, and the mean of their costs."""

    def on(draw: Points) -> tuple[float, float]:
        x_0, x_1 = np.ascontiguousarray(draw[:, :2]), np.ascontiguousarray(draw[:, 2:])
        start = time.process_time()
        cost = solve(x_0, x_1)
        return (time.process_time() - start) * 1e3, cost

    on(pairs[0])
    times, costs = zip(*map(on, pairs))
    return statistics.median(times), statistics.fmean(costs)


def solvers(peers: list[str]) -> dict[str, Solver]:
    """The solvers of the peers that are installed, by name."""
    chosen = [PEERS[peer] for peer in peers]
    return {name: make() for name, module, make in chosen if are_installed(module)}


def measure(args: argparse.Namespace) -> list[dict]:
    solve_by = solvers(args.peers)
    rows = []
    for n in args.sizes:
        pairs = draws(args, n)
        results = {name: milliseconds(solve, pairs) for name, solve in solve_by.items()}
        costs = [cost for _, cost in results.values()]
        if costs and not np.allclose(costs, costs[0], rtol=1e-9):
            sys.exit(f"n = {n}: the peers disagree about the cost: {costs}")
        rows += [{"peer": name, "n": n, "ms": ms} for name, (ms, _) in results.items()]
    return rows


def main() -> None:
    args = arguments()
    rows = measure(args)
    if args.json:
        print(json.dumps({"assignment": rows}))
        return
    cells = [[str(r["n"]), r["peer"], f"{r['ms']:.2f}"] for r in rows]
    print(table(["n", "peer", "CPU ms"], cells))


if __name__ == "__main__":
    main()
