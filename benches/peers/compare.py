"""Pushforward beside its peers: one Markdown table of times and ratios, from one run.

Runs `pushforward bench --json` and the peers in turn (Rust, peer, Rust, peer ...), so that other work on the
machine disturbs both alike. A peer's time is divided by the Rust time of the run just before it; the table has
the median ratio over the rounds, above 1 where Pushforward is faster, and the median times. What the work is, and
why it is the same on both sides, is said in `training.py`, `assignment.py` and `whole_job.py`.

What cannot be compared is named on a line that starts with SKIP: a package that is not installed, a script that
fails, a row that the bench does not report.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from common import PUSHFORWARD, are_installed, network, pushforward_bench, table

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Turn:
    """One peer script with the peers that it is to run, and the part of the bench that they compare with."""

    part: str
    script: str
    needs: dict[str, list[str]]

    def command(self, args: argparse.Namespace) -> list[str]:
        flags = {
            "assignment": [],
            "steps": [],
            "jobs": ["--steps", str(args.job_steps)],
        }[self.part]
        if self.part == "assignment" and args.points:
            flags = ["--points", str(args.points)]
        script = str(HERE / self.script)
        return [sys.executable, script, "--json", *flags, "--peers", *self.needs]


TURNS = [
    Turn("steps", "training.py", {"torch": ["torch"]}),
    Turn("steps", "training.py", {"jax-step": ["jax"], "jax-scan": ["jax"]}),
    Turn(
        "assignment",
        "assignment.py",
        {"pot": ["numpy", "ot"], "scipy": ["numpy", "scipy"]},
    ),
    Turn(
        "jobs",
        "whole_job.py",
        {"independent": ["torch"], "batch-ot": ["torch", "numpy", "ot"]},
    ),
]
# The field that holds a row's time, its unit, and the digits worth printing.
TIMES = {
    "steps": ("ms", "ms", 3),
    "assignment": ("ms", "ms", 2),
    "jobs": ("secs", "s", 1),
}
# Above this load average before the first run, threads that wait for each other distort the ratios.
BUSY = 0.5

# (part, work, peer) -> pairs of Rust's time and the peer's.
Samples = dict[tuple[str, str, str], list[tuple[float, float]]]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Pushforward beside its peers.")
    parser.add_argument(
        "--pushforward", type=Path, default=PUSHFORWARD, help="the release build"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--job-steps",
        type=int,
        default=1000,
        help="steps that a peer's whole job really runs",
    )
    parser.add_argument(
        "--points", type=Path, help="folder with points-N.csv for the assignments"
    )
    return parser.parse_args()


def installed(turn: Turn) -> Turn:
    """The turn without the peers whose packages are missing; each missing package is named."""
    needs = {
        peer: modules for peer, modules in turn.needs.items() if are_installed(*modules)
    }
    return Turn(turn.part, turn.script, needs)


def name_of(part: str, row: dict[str, Any]) -> str:
    if part == "steps":
        return f"step, {network(row['hidden'], row['batch'])}"
    if part == "assignment":
        return f"assignment, n = {row['n']}"
    return f"job, {row['name']}"


def rust_times(bench: dict[str, Any], part: str) -> dict[str, float]:
    """The bench's times by name; a row without one is left out."""
    field = TIMES[part][0]
    times = {}
    for row in bench.get(part) or []:
        try:
            times[name_of(part, row)] = float(row[field])
        except (KeyError, TypeError):
            continue
    return times


def peer_rows(turn: Turn, args: argparse.Namespace) -> list[dict[str, Any]]:
    done = subprocess.run(turn.command(args), capture_output=True, text=True)
    if done.returncode == 0:
        return json.loads(done.stdout)[turn.part]
    reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    print(f"SKIP: {turn.script} {' '.join(turn.needs)} failed: {reason}", flush=True)
    return []


def compare(
    turn: Turn, bench: dict[str, Any], args: argparse.Namespace, samples: Samples
) -> None:
    """Runs the peers of a turn and files their times beside Rust's."""
    rust = rust_times(bench, turn.part)
    field = TIMES[turn.part][0]
    for row in peer_rows(turn, args):
        name = name_of(turn.part, row)
        pairs = samples.setdefault((turn.part, name, row["peer"]), [])
        if name in rust:
            pairs.append((rust[name], row[field]))


def cells(key: tuple[str, str, str], pairs: list[tuple[float, float]]) -> list[str]:
    part, name, peer = key
    _, unit, digits = TIMES[part]
    rust, other = (f"{median(times):.{digits}f} {unit}" for times in zip(*pairs))
    return [name, rust, peer, other, f"{median(b / a for a, b in pairs):.1f}"]


def machine(bench: dict[str, Any]) -> str:
    try:
        m = bench["machine"]
        return (
            f"{m['cpu']}, {m['cores']} cores, {m['instruction_set']}, "
            f"matrix products up to {m['gemm_peak_gflops']:.0f} Gflop/s."
        )
    except (KeyError, TypeError):
        return "SKIP: the machine: the bench does not report all about it"


def report(samples: Samples, bench: dict[str, Any], args: argparse.Namespace) -> None:
    for (part, name, peer), pairs in samples.items():
        if not pairs:
            print(
                f"SKIP: {name}, {peer}: the bench reports no such time under `{part}`"
            )
    rows = [cells(key, pairs) for key, pairs in samples.items() if pairs]
    if not rows:
        print("Nothing was compared.")
        return
    names = [row[0] for row in rows]
    rows.sort(key=lambda row: names.index(row[0]))
    head = ["work", "Pushforward", "peer", "peer's time", "ratio"]
    print(f"\n{machine(bench)}\n\n{table(head, rows)}\n")
    print(f"Rounds: {args.rounds}, medians. Ratios above 1: Pushforward is faster.")
    print("Two threads and wall time; assignments on one thread and CPU time.")
    print(f"The peers' jobs are extrapolated from {args.job_steps:,} steps.")


def main() -> None:
    args = arguments()
    load = os.getloadavg()[0]
    turns = [turn for turn in map(installed, TURNS) if turn.needs]
    samples: Samples = {}
    bench: dict[str, Any] = {}
    for round_ in range(1, args.rounds + 1):
        for turn in turns:
            print(
                f"round {round_}: pushforward, {' '.join(turn.needs)}", file=sys.stderr
            )
            bench = pushforward_bench(args.pushforward)
            compare(turn, bench, args, samples)
    report(samples, bench, args)
    if load > BUSY:
        print(
            f"Not to be quoted: the machine was busy before (load average {load:.1f})."
        )


if __name__ == "__main__":
    main()
