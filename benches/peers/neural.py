"""Training of neural ODEs with torchdiffeq and diffrax: the peers of benches/neural.rs.

Prints a line for each case: case, library, median of the time of one iteration in microseconds.
"""

import os
import statistics
import time

THREADS = 2
os.environ["OMP_NUM_THREADS"] = str(THREADS)
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=true"

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
import torch
from torchdiffeq import odeint

torch.set_num_threads(THREADS)
torch.manual_seed(0)
rng = np.random.default_rng(0)


def median(iteration, repeats):
    """The median time of an iteration, in microseconds."""
    for _ in range(3):
        iteration()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        iteration()
        times.append(time.perf_counter() - start)
    return 1e6 * statistics.median(times)


def uniform(*shape, size):
    return rng.uniform(-size, size, shape).astype(np.float32)


def report(case, library, microseconds):
    print(f"{case}\t{library}\t{microseconds:.1f}", flush=True)


def torch_case(case, parameters, f, y0, times, loss, tolerances, repeats):
    parameters = [torch.tensor(p, requires_grad=True) for p in parameters]
    y0, times = torch.tensor(y0), torch.tensor(times)
    rtol, atol = tolerances

    def iteration():
        for p in parameters:
            p.grad = None
        y = odeint(lambda t, y: f(y, *parameters), y0, times, rtol=rtol, atol=atol, method="dopri5")
        loss(y).backward()

    report(case, "torchdiffeq, backprop", median(iteration, repeats))


def diffrax_case(case, parameters, f, y0, times, loss, tolerances, repeats):
    rtol, atol = tolerances
    term = diffrax.ODETerm(lambda t, y, p: f(y, *p))
    controller = diffrax.PIDController(rtol=rtol, atol=atol)
    times = jnp.asarray(times)

    @jax.jit
    @jax.grad
    def gradient(parameters, y0):
        solution = diffrax.diffeqsolve(
            term,
            diffrax.Dopri5(),
            t0=times[0],
            t1=times[-1],
            dt0=None,
            y0=y0,
            args=parameters,
            saveat=diffrax.SaveAt(ts=times),
            stepsize_controller=controller,
        )
        return loss(solution.ys)

    parameters, y0 = [jnp.asarray(p) for p in parameters], jnp.asarray(y0)
    iteration = lambda: jax.block_until_ready(gradient(parameters, y0))
    report(case, "diffrax, jitted", median(iteration, repeats))


def spiral(module):
    return lambda y, w1, b1, w2, b2: module.tanh(y**3 @ w1 + b1) @ w2 + b2


def wide(module):
    return lambda y, w1, b1, w2, b2, w3, b3: (
        module.tanh(module.tanh(y @ w1 + b1) @ w2 + b2) @ w3 + b3
    )


def main():
    case = "spiral, iteration"
    weights = [0.1 * rng.standard_normal((2, 50)), np.zeros(50), 0.1 * rng.standard_normal((50, 2)), np.zeros(2)]
    weights = [w.astype(np.float32) for w in weights]
    y0 = uniform(20, 2, size=2.0)
    times = (25.0 / 999.0 * np.arange(10)).astype(np.float32)
    target = rng.standard_normal((10, 20, 2)).astype(np.float32)
    tolerances = (1e-7, 1e-9)
    torch_target, jax_target = torch.tensor(target), jnp.asarray(target)
    torch_loss = lambda y: (y - torch_target).abs().mean()
    jax_loss = lambda y: jnp.abs(y - jax_target).mean()
    torch_case(case, weights, spiral(torch), y0, times, torch_loss, tolerances, 50)
    diffrax_case(case, weights, spiral(jnp), y0, times, jax_loss, tolerances, 500)

    case = "64-256-256-64, batch 256, iteration"
    weights = [
        uniform(64, 256, size=1 / 8), np.zeros(256, np.float32),
        uniform(256, 256, size=1 / 16), np.zeros(256, np.float32),
        uniform(256, 64, size=1 / 16), np.zeros(64, np.float32),
    ]
    y0 = rng.standard_normal((256, 64)).astype(np.float32)
    times = np.array([0.0, 1.0], np.float32)
    tolerances = (1e-5, 1e-5)
    torch_case(case, weights, wide(torch), y0, times, lambda y: y[1].square().mean(), tolerances, 20)
    diffrax_case(case, weights, wide(jnp), y0, times, lambda y: jnp.square(y[1]).mean(), tolerances, 20)


if __name__ == "__main__":
    main()
