"""What the peer benchmarks share: missing packages, medians, tables and the Rust program's own numbers."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PUSHFORWARD = Path(__file__).resolve().parents[2] / "target" / "release" / "pushforward"
INSTALL = "pip install -r benches/peers/requirements.txt"
# Modules that are not called like the package they come with.
PACKAGES = {"ot": "POT"}


@cache
def is_installed(module: str) -> bool:
    """Whether a module can be imported; says so once if it cannot."""
    if find_spec(module) is not None:
        return True
    package = PACKAGES.get(module, module)
    print(f"SKIP: {package} is not installed ({INSTALL})", flush=True)
    return False


def are_installed(*modules: str) -> bool:
    """Whether all modules can be imported; names those that cannot."""
    return all([is_installed(module) for module in modules])


def milliseconds_per_step(run: Callable[[], None], steps: int, repeats: int) -> float:
    """Median wall time of a step over several runs of `steps` steps, after one run to warm up."""
    run()
    samples = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        samples.append((time.perf_counter() - start) * 1e3 / steps)
    return statistics.median(samples)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def network(hidden: Sequence[int], batch: int) -> str:
    """A step's name, such as `3 x 64, batch 256`."""
    return f"{len(hidden)} x {hidden[0]}, batch {batch}"


def pushforward_bench(program: Path, *flags: str) -> dict[str, Any]:
    """What `pushforward bench --json` prints; leaves with 1 and a sentence if it prints nothing of use."""
    command = [str(program), "bench", *flags, "--json"]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout)
    except FileNotFoundError:
        sys.exit(
            f"there is no {program}: run `cargo build --release` first, or say --pushforward PATH"
        )
    except (subprocess.CalledProcessError, OSError, ValueError) as error:
        sys.exit(f"`{' '.join(command)}`: {error}")
