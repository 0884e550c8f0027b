"""heyoka: Taylor's method, compiled for each system and tolerance. Building the integrator is not timed."""

from functools import cache

import heyoka as hy
import worker


def lotka_volterra():
    x, y = hy.make_vars("x", "y")
    alpha, beta, gamma, delta = (hy.par[i] for i in range(4))
    return [(x, alpha * x - beta * x * y), (y, delta * x * y - gamma * y)]


def lorenz():
    x, y, z = hy.make_vars("x", "y", "z")
    sigma, rho, beta = (hy.par[i] for i in range(3))
    return [(x, sigma * (y - x)), (y, x * (rho - z) - y), (z, x * y - beta * z)]


def arenstorf():
    x, y, vx, vy = hy.make_vars("x", "y", "vx", "vy")
    mu = hy.par[0]
    other = 1.0 - mu
    earth = other * ((x + mu) ** 2 + y**2) ** -1.5
    moon = mu * ((x - other) ** 2 + y**2) ** -1.5
    return [
        (x, vx),
        (y, vy),
        (vx, x + 2.0 * vy - earth * (x + mu) - moon * (x - other)),
        (vy, y - 2.0 * vx - (earth + moon) * y),
    ]


def pleiades():
    names = [f"{name}{i}" for name in ("x", "y", "vx", "vy") for i in range(7)]
    variables = hy.make_vars(*names)
    x, y, vx, vy = (variables[7 * i : 7 * i + 7] for i in range(4))
    ax, ay = [[] for _ in range(7)], [[] for _ in range(7)]
    for i in range(7):
        for j in range(i + 1, 7):
            dx, dy = x[j] - x[i], y[j] - y[i]
            pull = hy.sum([dx**2, dy**2]) ** -1.5
            ax[i].append((j + 1.0) * dx * pull)
            ay[i].append((j + 1.0) * dy * pull)
            ax[j].append(-(i + 1.0) * dx * pull)
            ay[j].append(-(i + 1.0) * dy * pull)
    rates = [*vx, *vy, *map(hy.sum, ax), *map(hy.sum, ay)]
    return list(zip(variables, rates))


def lorenz96():
    x = hy.make_vars(*(f"x{i}" for i in range(40)))
    return [(x[i], (x[(i + 1) % 40] - x[i - 2]) * x[i - 1] - x[i] + hy.par[0]) for i in range(40)]


SYSTEMS = {system.__name__: system for system in (lotka_volterra, lorenz, arenstorf, pleiades, lorenz96)}


@cache
def integrator(problem, tolerance, y0, parameters):
    return hy.taylor_adaptive(SYSTEMS[problem](), list(y0), pars=list(parameters), tol=tolerance, fast_math=True)


def respond(answer):
    request = answer.request
    y0, end = request.y0, request.end
    taylor = integrator(request.problem, request.tolerance, tuple(y0), tuple(request.parameters))

    def solve():
        taylor.time = 0.0
        taylor.state[:] = y0
        taylor.propagate_until(end)
        return taylor.state

    answer.contestant("heyoka", "taylor", solve)


worker.serve(respond)
