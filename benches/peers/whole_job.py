"""Seconds of a whole training job: the setting of torchcfm's two-dimensional tutorial, in PyTorch.

Eight Gaussians (radius 5, variance 0.1) to moons (noise 0.2, scaled by 3, moved by -1), 3 x 64 SELU, batch 256,
sigma 0.1, Adam with a learning rate of 1e-3, 20,000 steps. The same job as the `jobs` rows of `pushforward bench`:

- `independent`: the pairs as they are drawn.
- `batch-ot`: as torchcfm's `OTPlanSampler("exact")` does it: POT's `emd` plan of the batch, in double precision on
  the costs of `torch.cdist`, and 256 pairs drawn from that plan with replacement.

The points are drawn by whole arrays; the tutorial's own loop over single points would only be slower. Two threads,
wall time. `--steps` runs fewer steps and extrapolates: every step is the same work.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable

from common import are_installed, table

if not are_installed("torch"):
    sys.exit(0)

import torch
from torch import Tensor, nn

from training_torch import eight_gaussians, moons, perceptron

JOB_STEPS = 20_000
WARM_UP = 100
BATCH = 256
SIGMA = 0.1

Pair = tuple[Tensor, Tensor]


def draw() -> Pair:
    return eight_gaussians(BATCH, std=0.1**0.5), moons(
        BATCH, noise=0.2, scale=3.0, shift=(-1.0, -1.0)
    )


def draw_by_plan() -> Callable[[], Pair]:
    import numpy as np
    import ot

    def coupled() -> Pair:
        x_0, x_1 = draw()
        cost = torch.cdist(x_0, x_1).square().numpy()
        plan = ot.emd(ot.unif(BATCH), ot.unif(BATCH), cost).ravel()
        chosen = np.random.choice(plan.size, p=plan / plan.sum(), size=BATCH)
        i, j = np.divmod(chosen, BATCH)
        return x_0[i], x_1[j]

    return coupled


# How the Rust program calls the job, what the peer is, the modules that it needs, and its pairs.
PEERS = {
    "independent": ("torchcfm independent", "PyTorch", ["torch"], lambda: draw),
    "batch-ot": (
        "torchcfm batch-OT",
        "PyTorch and POT",
        ["torch", "numpy", "ot"],
        draw_by_plan,
    ),
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Seconds of a whole training job.")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument(
        "--steps", type=int, default=JOB_STEPS, help="steps that are really run"
    )
    parser.add_argument("--threads", type=int, default=2, help="threads of PyTorch")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def step(
    net: nn.Module, optimizer: torch.optim.Optimizer, x_0: Tensor, x_1: Tensor
) -> None:
    t = torch.rand(BATCH, 1)
    x_t = (1 - t) * x_0 + t * x_1 + SIGMA * torch.randn_like(x_0)
    v = net(torch.cat([x_t, t], dim=1))
    optimizer.zero_grad()
    torch.mean((v - (x_1 - x_0)) ** 2).backward()
    optimizer.step()


def seconds(pairs: Callable[[], Pair], steps: int) -> float:
    """The whole job's time; what starts up once is left out."""
    torch.manual_seed(0)
    net = perceptron([64] * 3, nn.SELU)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    for _ in range(WARM_UP):
        step(net, optimizer, *pairs())
    start = time.perf_counter()
    for _ in range(steps):
        step(net, optimizer, *pairs())
    return (time.perf_counter() - start) * JOB_STEPS / steps


def measure(args: argparse.Namespace) -> list[dict]:
    torch.set_num_threads(args.threads)
    jobs = []
    for name, peer, modules, make_pairs in [PEERS[peer] for peer in args.peers]:
        if are_installed(*modules):
            secs = seconds(make_pairs(), args.steps)
            jobs.append({"name": name, "peer": peer, "secs": secs, "steps": args.steps})
    return jobs


def main() -> None:
    args = arguments()
    jobs = measure(args)
    if args.json:
        print(json.dumps({"jobs": jobs}))
        return
    print(
        table(
            ["job", "peer", "seconds"],
            [[j["name"], j["peer"], f"{j['secs']:.1f}"] for j in jobs],
        )
    )
    if args.steps != JOB_STEPS:
        print(f"\nExtrapolated to {JOB_STEPS:,} steps from {args.steps:,}.")


if __name__ == "__main__":
    main()
