"""JAX's side of `training.py`: the same step, jitted one by one and 500 at a time."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from functools import partial

import jax
import jax.numpy as jnp
from jax import Array, lax, random

from common import milliseconds_per_step

SCAN_STEPS = 500
LOOP_STEPS = 100

Params = list[tuple[Array, Array]]
State = tuple[Params, Params, Params, Array]
Draw = Callable[[Array, int], Array]


def initial_state(hidden: Sequence[int]) -> State:
    """Weights, both moments of Adam and the number of steps taken."""
    widths = [3, *hidden, 2]
    keys = random.split(random.key(0), len(widths))
    params = []
    for key, n_in, n_out in zip(keys, widths, widths[1:]):
        bound = 1 / math.sqrt(n_in)
        weight = random.uniform(key, (n_in, n_out), minval=-bound, maxval=bound)
        params.append((weight, jnp.zeros(n_out)))
    zeros = partial(jax.tree.map, jnp.zeros_like)
    return params, zeros(params), zeros(params), jnp.zeros((), jnp.int32)


def velocity(params: Params, inputs: Array) -> Array:
    for weight, bias in params[:-1]:
        inputs = jax.nn.silu(inputs @ weight + bias)
    weight, bias = params[-1]
    return inputs @ weight + bias


def eight_gaussians(key: Array, n: int) -> Array:
    which, noise = random.split(key)
    angle = random.randint(which, (n,), 0, 8) * (math.pi / 4)
    centers = 5 * jnp.stack([jnp.cos(angle), jnp.sin(angle)], axis=1)
    return centers + 0.5 * random.normal(noise, (n, 2))


def two_moons(key: Array, n: int) -> Array:
    turn, side, noise = random.split(key, 3)
    angle = math.pi * random.uniform(turn, (n,))
    upper = jnp.stack([jnp.cos(angle), jnp.sin(angle)], axis=1)
    lower = jnp.stack([1 - jnp.cos(angle), 0.5 - jnp.sin(angle)], axis=1)
    points = jnp.where(random.bernoulli(side, shape=(n, 1)), upper, lower)
    return 2 * (points + 0.05 * random.normal(noise, (n, 2))) + jnp.array([-1.0, 0.0])


TARGETS = {"eight-gaussians": eight_gaussians, "two-moons": two_moons}


def loss(params: Params, key: Array, batch: int, draw: Draw) -> Array:
    for_t, for_x_0, for_x_1 = random.split(key, 3)
    t = random.uniform(for_t, (batch, 1))
    x_0, x_1 = random.normal(for_x_0, (batch, 2)), draw(for_x_1, batch)
    x_t = (1 - t) * x_0 + t * x_1
    residual = velocity(params, jnp.concatenate([x_t, t], axis=1)) - (x_1 - x_0)
    return jnp.mean(jnp.sum(residual**2, axis=1))


def adam(state: State, gradients: Params) -> State:
    params, mean, square, count = state
    count = count + 1
    mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradients)
    square = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, square, gradients)
    of_mean, of_square = 1 - 0.9**count, 1 - 0.999**count

    def update(p: Array, m: Array, s: Array) -> Array:
        return p - 1e-3 * (m / of_mean) / (jnp.sqrt(s / of_square) + 1e-8)

    return jax.tree.map(update, params, mean, square), mean, square, count


def one_step(
    batch: int, draw: Draw, state: State, _: None = None
) -> tuple[State, Array]:
    key = random.fold_in(random.key(1), state[3])
    value, gradients = jax.value_and_grad(loss)(state[0], key, batch, draw)
    return adam(state, gradients), value


def stretch_by_loop(step: Callable, state: State) -> tuple[State, list[Array]]:
    losses = []
    for _ in range(LOOP_STEPS):
        state, value = step(state)
        losses.append(value)
    return state, losses


def milliseconds(
    hidden: Sequence[int], batch: int, args: argparse.Namespace, scan: bool
) -> float:
    step = partial(one_step, batch, TARGETS[args.target])
    stretch: Callable
    if scan:
        steps = SCAN_STEPS
        stretch = jax.jit(
            lambda state: lax.scan(step, state, length=steps), donate_argnums=0
        )
    else:
        steps = LOOP_STEPS
        stretch = partial(stretch_by_loop, jax.jit(step, donate_argnums=0))
    state = initial_state(hidden)

    def run() -> None:
        nonlocal state
        state, losses = stretch(state)
        jax.block_until_ready((state, losses))

    return milliseconds_per_step(run, steps, args.repeats)


VARIANTS = {
    "jax-step": {"JAX jitted step": partial(milliseconds, scan=False)},
    "jax-scan": {"JAX lax.scan of 500 steps": partial(milliseconds, scan=True)},
}
