"""Milliseconds per optimiser step of conditional flow matching, in PyTorch and in JAX.

The same work as a `steps` row of `pushforward bench`, in f32: draw t ~ U(0, 1), x_0 ~ N(0, I) and x_1 from the
target; x_t = (1 - t) x_0 + t x_1 goes through a SiLU network with t as a third input; the loss is the batch mean
of |v - (x_1 - x_0)|^2, kept for every step; then Adam with a learning rate of 1e-3. Every step draws a new batch.

- `torch`: PyTorch eager, with Adam as it comes and with its fused Adam.
- `jax-step`: one jitted step, called in a Python loop.
- `jax-scan`: 500 steps in one `lax.scan`, drawing included. Nothing but compiled code runs: JAX's best case.

Two threads: PyTorch is told so, XLA takes the cores it finds. Each number is the median of several stretches.
"""

from __future__ import annotations

import argparse
import importlib
import json

from common import are_installed, network, table

ROWS = [([64] * 3, 256), ([128] * 3, 512), ([256] * 4, 1024)]
# The module that a peer lives in, and the package that it needs.
PEERS = {
    "torch": ("training_torch", "torch"),
    "jax-step": ("training_jax", "jax"),
    "jax-scan": ("training_jax", "jax"),
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Milliseconds per training step.")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument(
        "--target", choices=["eight-gaussians", "two-moons"], default="eight-gaussians"
    )
    parser.add_argument(
        "--repeats", type=int, default=7, help="stretches to take the median of"
    )
    parser.add_argument("--threads", type=int, default=2, help="threads of PyTorch")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def measure(args: argparse.Namespace) -> list[dict]:
    steps = []
    for peer in args.peers:
        module, package = PEERS[peer]
        if not are_installed(package):
            continue
        variants = importlib.import_module(module).VARIANTS[peer]
        for name, milliseconds in variants.items():
            for hidden, batch in ROWS:
                ms = milliseconds(hidden, batch, args)
                steps.append({"peer": name, "hidden": hidden, "batch": batch, "ms": ms})
    return steps


def main() -> None:
    args = arguments()
    steps = measure(args)
    if args.json:
        print(json.dumps({"steps": steps}))
        return
    rows = [
        [network(s["hidden"], s["batch"]), s["peer"], f"{s['ms']:.3f}"] for s in steps
    ]
    print(table(["network", "peer", "ms per step"], rows))


if __name__ == "__main__":
    main()
