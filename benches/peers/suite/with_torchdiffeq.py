"""torchdiffeq: in double precision and without gradients; the neural ODEs in single, by backpropagation."""

import os

import neural
import torch
import worker
from torchdiffeq import odeint

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


def lotka_volterra(p):
    def f(t, y):
        meeting = y[0] * y[1]
        return torch.stack([p[0] * y[0] - p[1] * meeting, p[3] * meeting - p[2] * y[1]])

    return f


def lorenz(p):
    def f(t, s):
        x, y, z = s.unbind(-1)
        return torch.stack([p[0] * (y - x), x * (p[1] - z) - y, x * y - p[2] * z], -1)

    return f


def arenstorf(p):
    mu = p[0]
    other = 1.0 - mu

    def f(t, s):
        x, y, vx, vy = s
        earth = (x + mu) ** 2 + y**2
        earth = other / (earth * earth.sqrt())
        moon = (x - other) ** 2 + y**2
        moon = mu / (moon * moon.sqrt())
        ax = x + 2.0 * vy - earth * (x + mu) - moon * (x - other)
        return torch.stack([vx, vy, ax, y - 2.0 * vx - (earth + moon) * y])

    return f


def pleiades(p):
    masses = torch.arange(1.0, 8.0, dtype=torch.float64)
    eye = torch.eye(7, dtype=torch.float64)

    def f(t, state):
        x, y, speed = state[:7], state[7:14], state[14:]
        dx, dy = x - x[:, None], y - y[:, None]
        square = dx**2 + dy**2 + eye
        pull = masses / (square * square.sqrt())
        return torch.cat([speed, (pull * dx).sum(1), (pull * dy).sum(1)])

    return f


def lorenz96(p):
    return lambda t, x: (x.roll(-1) - x.roll(2)) * x.roll(1) - x + p[0]


SYSTEMS = {f.__name__: f for f in (lotka_volterra, lorenz, arenstorf, pleiades, lorenz96)}


@torch.no_grad()
def trajectories(answer):
    request = answer.request
    f = SYSTEMS[request.problem](request.parameters)
    y0 = torch.tensor(request.y0, dtype=torch.float64)
    times = torch.tensor([0.0, request.end], dtype=torch.float64)
    tolerance = request.tolerance
    for method in ("bosh3", "dopri5", "dopri8"):
        call = lambda: odeint(f, y0, times, rtol=tolerance, atol=tolerance, method=method)[-1]
        answer.contestant("torchdiffeq", method, call)


@torch.no_grad()
def ensemble(answer):
    rho = torch.linspace(0.0, 21.0, 10_000, dtype=torch.float64)
    f = lorenz([10.0, rho, 8.0 / 3.0])
    y0 = torch.tensor([[1.0, 0.0, 0.0]], dtype=torch.float64).repeat(10_000, 1)
    times = torch.tensor([0.0, 1.0], dtype=torch.float64)
    call = lambda: odeint(f, y0, times, rtol=1e-8, atol=1e-8, method="dopri5")[-1].ravel()
    answer.contestant("torchdiffeq", "dopri5, batch", call)


def training(answer):
    for case in neural.cases(torch):
        parameters = [torch.tensor(p, requires_grad=True) for p in case.parameters]
        y0, times = torch.tensor(case.y0), torch.tensor(case.times)
        f = lambda t, y: case.f(y, *parameters)

        def iteration():
            for p in parameters:
                p.grad = None
            y = odeint(f, y0, times, rtol=case.rtol, atol=case.atol, method="dopri5")
            case.loss(y).backward()
            return []

        answer.contestant("torchdiffeq", case.name, iteration)


def respond(answer):
    {"ensemble": ensemble, "neural": training}.get(answer.request.problem, trajectories)(answer)


worker.serve(respond)
