"""diffrax: jitted, in double precision; the neural ODEs in single."""

from functools import cache

import diffrax
import jax
import jax.numpy as jnp
import neural
import worker

jax.config.update("jax_enable_x64", True)


def lotka_volterra(t, y, p):
    meeting = y[0] * y[1]
    return jnp.stack([p[0] * y[0] - p[1] * meeting, p[3] * meeting - p[2] * y[1]])


def lorenz(t, s, p):
    x, y, z = s
    return jnp.stack([p[0] * (y - x), x * (p[1] - z) - y, x * y - p[2] * z])


def arenstorf(t, s, p):
    x, y, vx, vy = s
    mu = p[0]
    other = 1.0 - mu
    earth = (x + mu) ** 2 + y**2
    earth = other / (earth * jnp.sqrt(earth))
    moon = (x - other) ** 2 + y**2
    moon = mu / (moon * jnp.sqrt(moon))
    ax = x + 2.0 * vy - earth * (x + mu) - moon * (x - other)
    return jnp.stack([vx, vy, ax, y - 2.0 * vx - (earth + moon) * y])


def pleiades(t, state, p):
    x, y, speed = state[:7], state[7:14], state[14:]
    dx, dy = x - x[:, None], y - y[:, None]
    square = dx**2 + dy**2 + jnp.eye(7)
    pull = jnp.arange(1.0, 8.0) / (square * jnp.sqrt(square))
    return jnp.concatenate([speed, (pull * dx).sum(1), (pull * dy).sum(1)])


def lorenz96(t, x, p):
    return (jnp.roll(x, -1) - jnp.roll(x, 2)) * jnp.roll(x, 1) - x + p[0]


SYSTEMS = {f.__name__: f for f in (lotka_volterra, lorenz, arenstorf, pleiades, lorenz96)}
METHODS = (diffrax.Bosh3, diffrax.Tsit5, diffrax.Dopri5, diffrax.Dopri8)


@cache
def last_state(f, method):
    """The jitted solve from 0, for all tolerances."""

    def solve(y0, p, end, tolerance):
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(f),
            method(),
            t0=0.0,
            t1=end,
            dt0=None,
            y0=y0,
            args=p,
            stepsize_controller=diffrax.PIDController(rtol=tolerance, atol=tolerance),
            max_steps=None,
            throw=False,
        )
        return solution.ys[-1]

    return solve


def trajectories(answer):
    request = answer.request
    y0, p = jnp.array(request.y0), jnp.array(request.parameters)
    for method in METHODS:
        solve = jax.jit(last_state(SYSTEMS[request.problem], method))
        call = lambda: solve(y0, p, request.end, request.tolerance).block_until_ready()
        answer.contestant("diffrax", method.__name__.lower(), call)


def ensemble(answer):
    request = answer.request
    rho = jnp.linspace(0.0, 21.0, 10_000)
    y0 = jnp.array([1.0, 0.0, 0.0])
    one = last_state(lorenz, diffrax.Tsit5)
    solve = jax.jit(jax.vmap(lambda rho: one(y0, jnp.stack([10.0, rho, 8.0 / 3.0]), 1.0, 1e-8)))
    answer.contestant("diffrax", "tsit5, vmap", lambda: solve(rho).block_until_ready().ravel())


def training(answer):
    for case in neural.cases(jnp):
        term = diffrax.ODETerm(lambda t, y, p: case.f(y, *p))
        controller = diffrax.PIDController(rtol=case.rtol, atol=case.atol)
        times, y0 = jnp.asarray(case.times), jnp.asarray(case.y0)
        parameters = [jnp.asarray(p) for p in case.parameters]

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
            return case.loss(solution.ys)

        def iteration():
            jax.block_until_ready(gradient(parameters, y0))
            return []

        answer.contestant("diffrax", f"{case.name}", iteration)


def respond(answer):
    {"ensemble": ensemble, "neural": training}.get(answer.request.problem, trajectories)(answer)


worker.serve(respond)
