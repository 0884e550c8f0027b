"""SciPy: right-hand sides compiled by numba; `solve_ivp`, and the compiled solvers behind `ode` and `odeint`."""

import numpy as np
import worker
from numba import njit
from scipy.integrate import ode, odeint, solve_ivp


@njit
def lotka_volterra(t, y, p):
    meeting = y[0] * y[1]
    return np.array([p[0] * y[0] - p[1] * meeting, p[3] * meeting - p[2] * y[1]])


@njit
def lorenz(t, s, p):
    x, y, z = s
    return np.array([p[0] * (y - x), x * (p[1] - z) - y, x * y - p[2] * z])


@njit
def arenstorf(t, s, p):
    x, y, vx, vy = s
    mu = p[0]
    other = 1.0 - mu
    earth = (x + mu) ** 2 + y**2
    earth = other / (earth * np.sqrt(earth))
    moon = (x - other) ** 2 + y**2
    moon = mu / (moon * np.sqrt(moon))
    ax = x + 2.0 * vy - earth * (x + mu) - moon * (x - other)
    return np.array([vx, vy, ax, y - 2.0 * vx - (earth + moon) * y])


@njit
def pleiades(t, y, p):
    rate = np.zeros(28)
    rate[:14] = y[14:]
    for i in range(7):
        for j in range(i + 1, 7):
            dx, dy = y[j] - y[i], y[7 + j] - y[7 + i]
            square = dx * dx + dy * dy
            pull = 1.0 / (square * np.sqrt(square))
            by_i, by_j = (i + 1.0) * pull, (j + 1.0) * pull
            rate[14 + i] += by_j * dx
            rate[21 + i] += by_j * dy
            rate[14 + j] -= by_i * dx
            rate[21 + j] -= by_i * dy
    return rate


@njit
def lorenz96(t, x, p):
    n = x.size
    rate = np.empty(n)
    rate[0] = (x[1] - x[n - 2]) * x[n - 1] - x[0] + p[0]
    rate[1] = (x[2] - x[n - 1]) * x[0] - x[1] + p[0]
    for i in range(2, n - 1):
        rate[i] = (x[i + 1] - x[i - 2]) * x[i - 1] - x[i] + p[0]
    rate[n - 1] = (x[0] - x[n - 3]) * x[n - 2] - x[n - 1] + p[0]
    return rate


SYSTEMS = {f.__name__: f for f in (lotka_volterra, lorenz, arenstorf, pleiades, lorenz96)}


def respond(answer):
    request = answer.request
    f, tolerance, end = SYSTEMS[request.problem], request.tolerance, request.end
    y0, p = np.array(request.y0), np.array(request.parameters)
    options = {"rtol": tolerance, "atol": tolerance}

    def with_solve_ivp(method):
        return solve_ivp(f, (0.0, end), y0, method=method, args=(p,), t_eval=[end], **options).y[:, -1]

    for method in ("RK45", "DOP853"):
        answer.contestant("SciPy", f"solve_ivp {method}", lambda: with_solve_ivp(method))

    def with_ode(method):
        solver = ode(f).set_integrator(method, nsteps=10**9, **options).set_f_params(p).set_initial_value(y0)
        last = solver.integrate(end)
        if not solver.successful():
            raise RuntimeError(f"code {solver.get_return_code()}")
        return last

    for method in ("dopri5", "dop853"):
        answer.contestant("SciPy", f"ode {method}", lambda: with_ode(method))

    def with_odeint():
        y, about = odeint(f, y0, [0.0, end], args=(p,), tfirst=True, mxstep=10**9, full_output=True, **options)
        if about["message"] != "Integration successful.":
            raise RuntimeError(about["message"])
        return y[-1]

    answer.contestant("SciPy", "odeint", with_odeint)


worker.serve(respond)
