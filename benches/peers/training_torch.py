"""PyTorch's side of `training.py`: plain eager code, as a tutorial would write it, and the same with fused Adam."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from common import milliseconds_per_step

STEPS = 100


def perceptron(
    hidden: Sequence[int], activation: Callable[[], nn.Module]
) -> nn.Sequential:
    """From (x, y, t) to a velocity."""
    widths = [3, *hidden]
    layers: list[nn.Module] = []
    for n_in, n_out in zip(widths, widths[1:]):
        layers += [nn.Linear(n_in, n_out), activation()]
    return nn.Sequential(*layers, nn.Linear(widths[-1], 2))


def eight_gaussians(n: int, std: float = 0.5) -> Tensor:
    angle = torch.randint(8, (n,)) * (math.pi / 4)
    centers = 5 * torch.stack([angle.cos(), angle.sin()], dim=1)
    return centers + std * torch.randn(n, 2)


def moons(n: int, noise: float, scale: float, shift: tuple[float, float]) -> Tensor:
    """Half circles as scikit-learn's `make_moons` has them, with noise, then scaled and moved."""
    angle = math.pi * torch.rand(n)
    upper = torch.stack([angle.cos(), angle.sin()], dim=1)
    lower = torch.stack([1 - angle.cos(), 0.5 - angle.sin()], dim=1)
    points = torch.where(torch.rand(n, 1) < 0.5, upper, lower)
    return scale * (points + noise * torch.randn(n, 2)) + torch.tensor(shift)


def two_moons(n: int) -> Tensor:
    return moons(n, noise=0.05, scale=2.0, shift=(-1.0, 0.0))


TARGETS = {"eight-gaussians": eight_gaussians, "two-moons": two_moons}


def step(
    net: nn.Module, optimizer: torch.optim.Optimizer, x_0: Tensor, x_1: Tensor
) -> float:
    t = torch.rand(len(x_0), 1)
    x_t = (1 - t) * x_0 + t * x_1
    residual = net(torch.cat([x_t, t], dim=1)) - (x_1 - x_0)
    loss = residual.square().sum(dim=1).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def milliseconds(
    hidden: Sequence[int], batch: int, args: argparse.Namespace, fused: bool
) -> float:
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    net = perceptron(hidden, nn.SiLU)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, fused=fused)
    draw = TARGETS[args.target]

    def stretch() -> None:
        for _ in range(STEPS):
            step(net, optimizer, torch.randn(batch, 2), draw(batch))

    return milliseconds_per_step(stretch, STEPS, args.repeats)


VARIANTS = {
    "torch": {
        "PyTorch eager": partial(milliseconds, fused=False),
        "PyTorch eager, fused Adam": partial(milliseconds, fused=True),
    }
}
