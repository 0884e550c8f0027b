"""The neural ODEs of `benches/shared/training.rs`, for torch and jax.numpy alike."""

from dataclasses import dataclass
from typing import Callable

import numpy as np


@dataclass
class Case:
    name: str
    f: Callable
    parameters: list
    y0: np.ndarray
    times: np.ndarray
    loss: Callable
    rtol: float
    atol: float


def cases(module):
    """The cases; `module` has tanh, abs and square."""
    rng = np.random.default_rng(0)

    def uniform(*shape, size):
        return rng.uniform(-size, size, shape).astype(np.float32)

    def normal(*shape, size=1.0):
        return (size * rng.standard_normal(shape)).astype(np.float32)

    def zeros(n):
        return np.zeros(n, np.float32)

    target = normal(10, 20, 2)
    if module.__name__ == "torch":
        target = module.tensor(target)
    yield Case(
        name="spiral, iteration",
        f=lambda y, w1, b1, w2, b2: module.tanh(y**3 @ w1 + b1) @ w2 + b2,
        parameters=[normal(2, 50, size=0.1), zeros(50), normal(50, 2, size=0.1), zeros(2)],
        y0=uniform(20, 2, size=2.0),
        times=(25.0 / 999.0 * np.arange(10)).astype(np.float32),
        loss=lambda y: module.abs(y - target).mean(),
        rtol=1e-7,
        atol=1e-9,
    )
    yield Case(
        name="64-256-256-64, batch 256, iteration",
        f=lambda y, w1, b1, w2, b2, w3, b3: (
            module.tanh(module.tanh(y @ w1 + b1) @ w2 + b2) @ w3 + b3
        ),
        parameters=[
            uniform(64, 256, size=1 / 8), zeros(256),
            uniform(256, 256, size=1 / 16), zeros(256),
            uniform(256, 64, size=1 / 16), zeros(64),
        ],
        y0=normal(256, 64),
        times=np.array([0.0, 1.0], np.float32),
        loss=lambda y: module.square(y[1]).mean(),
        rtol=1e-5,
        atol=1e-5,
    )
