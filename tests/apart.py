"""Losses, minima, curvatures and walks of two-parameter scenes, computed apart: NumPy in float64 and closed forms, nothing of the labs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from core.settings import Pick, numbers
from labs.plane.run import PanelResult
from labs.plane.setup import SURFACE, Experiment, own
from surfaces.catalogue import surfaces
from tests.test_textbook import ORACLE, oracle_gradient

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Apart:
    """A loss of p parameters: its values, gradients and Hessians, and its lowest known point."""

    value: Callable[[Array], float]
    gradient: Callable[[Array], Array]
    hessian: Callable[[Array], Array]
    quadratic: bool
    smooth: bool
    lowest: float | None  # None: it has no minimum
    minimum: Array | None

    def curvatures(self, θ: Array) -> Array:
        return np.linalg.eigvalsh(self.hessian(θ))

    def critical(self, θ: Array, unit: Array) -> Array:
        """Where Newton's method leads from θ, in steps of a fiftieth of `unit` at most; where it no longer gets on, the last point."""
        for _ in range(40):
            step = -np.linalg.lstsq(self.hessian(θ) * np.outer(unit, unit), self.gradient(θ) * unit, rcond=1e-13)[0]
            size = float(np.abs(step).max())
            θ = θ + unit * step * min(1.0, 0.02 / size if size else 1.0)
            if size < 1e-13:
                break
        return θ

    def around(self, θ: Array, unit: Array, radius: float) -> Array:
        """Losses on a circle in the drawn plane, in units of half the picture."""
        turn = np.linspace(0, 2 * np.pi, 32, endpoint=False)
        ring = np.zeros((32, θ.size))
        ring[:, 0], ring[:, 1] = np.cos(turn), np.sin(turn)
        return np.array([self.value(θ + radius * step * unit) for step in ring])


def _derivatives(gradient: Callable[[Array], Array], size: Callable[[Array], float]) -> Callable[[Array], Array]:
    """The Hessian, by central differences of fourth order of an exact gradient."""

    def hessian(θ: Array) -> Array:
        h = 1e-3 * size(θ)
        columns = []
        for unit in np.eye(θ.size):
            one, two = (gradient(θ + k * h * unit) - gradient(θ - k * h * unit) for k in (1, 2))
            columns.append((8 * one - two) / (12 * h))
        full = np.stack(columns, axis=-1)
        return 0.5 * (full + full.T)

    return hessian


@cache
def formula(picked: Pick) -> Apart:
    """A textbook surface; its lowest point by a fine grid and Newton's method."""
    item, settings = surfaces()[picked.name], numbers(picked, surfaces()[picked.name].fields)

    def f(x: Array, y: Array) -> Array:
        return ORACLE[picked.name](x, y, **settings)

    def value(θ: Array) -> float:
        with np.errstate(all="ignore"):
            return float(f(θ[0], θ[1]))

    def gradient(θ: Array) -> Array:
        with np.errstate(all="ignore"):
            return oracle_gradient(f, θ[0], θ[1])

    hessian = _derivatives(gradient, lambda θ: 1.0)
    smooth = picked.name != "ackley"
    whole = Apart(value, gradient, hessian, picked.name in ("quadratic_bowl", "booth"), smooth, None, None)
    if picked.name == "monkey_saddle":
        return whole
    x0, x1, y0, y1 = item.window
    x, y = np.meshgrid(np.linspace(x0, x1, 201), np.linspace(y0, y1, 201))
    grid = f(x, y)
    unit = np.array([x1 - x0, y1 - y0]) / 2
    best = min((np.array([x.flat[i], y.flat[i]]) for i in np.argsort(grid, axis=None)[:4]), key=value)
    lowest = whole.critical(best, unit) if smooth else np.zeros(2)
    return Apart(value, gradient, hessian, whole.quadratic, smooth, min(value(lowest), value(best)), lowest)


Pointwise = tuple[Callable[[Array, Array], Array], Callable[[Array, Array], Array], Callable[[Array, Array], Array]]


def _losses(name: str, delta: float) -> Pointwise:
    """(score, y) -> the loss of each row, its slope and its curvature by the score."""
    if name == "huber":
        return (
            lambda s, y: np.where(abs(s - y) <= delta, 0.5 * (s - y) ** 2, delta * (abs(s - y) - 0.5 * delta)),
            lambda s, y: np.clip(s - y, -delta, delta),
            lambda s, y: (abs(s - y) <= delta).astype(float),
        )
    if name == "cross_entropy":
        return (
            lambda s, y: np.logaddexp(0, s) - y * s,
            lambda s, y: 1 / (1 + np.exp(-np.clip(s, -700, 700))) - y,
            lambda s, y: 1 / (2 + 2 * np.cosh(np.clip(s, -700, 700))),
        )
    return (lambda s, y: (s - y) ** 2, lambda s, y: 2 * (s - y), lambda s, y: 2 * np.ones_like(s))


def rows(inputs: Array, y: Array, loss: str, bias: str, fixed: float, delta: float, summed: bool) -> Apart:
    """Σ or mean of the losses of a score that is linear in θ: θ·inputs + b; bias: best, trained, axis (the first of θ), fixed."""
    cost, slope, curvature = _losses(loss, delta)
    share = 1.0 if summed else 1 / y.size
    free = bias == "best"
    design = {"trained": np.vstack([inputs, np.ones_like(y)]), "axis": np.vstack([np.ones_like(y), inputs[-1]])}.get(bias, inputs)

    def offset(θ: Array) -> float:
        """The bias: where it is at its best, the root of the mean slope, by Newton's method within a bracket."""
        if not free:
            return fixed if bias == "fixed" else 0.0
        s = θ @ design
        if loss == "mean_squared":
            return float(np.mean(y - s))
        reach = 1.0 + float(np.abs(y - s).max()) if loss == "huber" else 40.0 + float(np.abs(s).max())
        low, high = -reach, reach
        b = 0.0
        for _ in range(100):
            rise, bend = float(np.sum(slope(s + b, y))), float(np.sum(curvature(s + b, y)))
            low, high = (b, high) if rise < 0 else (low, b)
            before, b = b, b - rise / bend if bend > 0 else high
            b = b if low < b < high else 0.5 * (low + high)
            if abs(b - before) <= 1e-14 * (1 + abs(b)):
                break
        return b

    def value(θ: Array) -> float:
        with np.errstate(all="ignore"):
            return share * float(np.sum(cost(θ @ design + offset(θ), y)))

    def gradient(θ: Array) -> Array:
        with np.errstate(all="ignore"):
            return share * design @ slope(θ @ design + offset(θ), y)

    def hessian(θ: Array) -> Array:
        weights = curvature(θ @ design + offset(θ), y)
        full = (design * weights) @ design.T
        if free and weights.sum() > 0:  # the bias follows θ
            along = design @ weights
            full = full - np.outer(along, along) / weights.sum()
        return share * full

    quadratic = loss == "mean_squared"
    whole = Apart(value, gradient, hessian, quadratic, True, None, None)
    minimum = _minimum(whole, design, y, loss, free, fixed if bias == "fixed" else 0.0)
    return Apart(value, gradient, hessian, quadratic, True, None if minimum is None else value(minimum), minimum)


def _minimum(whole: Apart, design: Array, y: Array, loss: str, free: bool, fixed: float) -> Array | None:
    """By least squares, or by Newton's method with halved steps; None where the loss of labels goes to 0."""
    rows = np.vstack([design, np.ones_like(y)]) if free else design
    scale = np.sqrt(np.mean(rows**2, axis=1))
    scale = np.where(scale > 0, scale, 1.0)
    θ = np.linalg.lstsq((rows / scale[:, None]).T, y - fixed, rcond=None)[0][: design.shape[0]] / scale[: design.shape[0]]
    if loss == "mean_squared":
        return θ
    θ = np.zeros_like(θ) if loss == "cross_entropy" else θ
    for _ in range(100):
        step = -np.linalg.lstsq(whole.hessian(θ), whole.gradient(θ), rcond=1e-13)[0]
        part = 1.0
        while whole.value(θ + part * step) > whole.value(θ) and part > 1e-6:
            part *= 0.5
        θ = θ + part * step
        if loss == "cross_entropy" and whole.value(θ) < 1e-5:
            return None
        if np.abs(part * step).max() <= 1e-12 * np.abs(θ).max():
            break
    return θ


def hidden_units(x: Array, gain: float, normalized: bool, activation: str, after: bool) -> Array:
    """What the output weights of the network with two hidden units multiply."""
    z = np.diag([1.0, gain]) @ np.array([[1.0, 1.0], [1.0, -1.0]]) @ x / np.sqrt(2)
    activations: dict[str, Callable[[Array], Array]] = {
        "relu": lambda t: np.maximum(t, 0),
        "tanh": np.tanh,
        "sigmoid": lambda t: 1 / (1 + np.exp(-t)),
        "linear": lambda t: t,
    }
    φ = activations[activation]

    def standard(t: Array) -> Array:
        return (t - t.mean(axis=1, keepdims=True)) / np.sqrt(t.var(axis=1, keepdims=True) + 1e-5)

    if not normalized:
        return φ(z)
    return standard(φ(z)) if after else φ(standard(z))


def apart(experiment: Experiment, panel: PanelResult) -> Apart | None:
    """The loss of a panel, from names and numbers and its rows; None where it is not written down here."""
    mine = own(experiment, panel.panel)
    if panel.prepared is None:
        return formula(mine.surface) if mine.surface.name in ORACLE else None
    n, chosen = panel.prepared.n, SURFACE.values(mine.surface)
    x, y = np.asarray(panel.prepared.rows.x, np.float64)[:, :n], np.asarray(panel.prepared.rows.y, np.float64)[:n]
    loss = str(chosen.get("loss", "cross_entropy"))
    if loss not in ("mean_squared", "huber", "cross_entropy"):
        return None
    common = (loss, str(chosen.get("bias", "best")), float(chosen.get("bias_value", 0.0)), float(chosen.get("delta", 1.0)))
    summed = chosen["reduce"] == "sum"
    if mine.surface.name in ("linear", "logistic"):
        return rows(x, y, *common, summed)
    kind = panel.panel.hidden.name
    if mine.surface.name != "network" or chosen["plane"] != "output" or kind not in ("none", "batch") or panel.panel.hidden.settings:
        return None
    units = hidden_units(x, float(chosen["gain"]), kind == "batch", str(chosen["activation"]), chosen["place"] == "after")
    return rows(units, y, *common, summed)


# ---- walks


def plain(gradient: Callable[[Array], Array], θ: Array, η: Callable[[int], float], h: Mapping[str, float]) -> Iterator[Array]:
    t = 0
    while True:
        yield θ
        θ, t = θ - η(t) * gradient(θ), t + 1


def heavy_ball(gradient: Callable[[Array], Array], θ: Array, η: Callable[[int], float], h: Mapping[str, float]) -> Iterator[Array]:
    v, t = np.zeros_like(θ), 0
    while True:
        yield θ
        v = h["momentum"] * v + gradient(θ)
        θ, t = θ - η(t) * v, t + 1


def looking_ahead(gradient: Callable[[Array], Array], θ: Array, η: Callable[[int], float], h: Mapping[str, float]) -> Iterator[Array]:
    v, t = np.zeros_like(θ), 0
    while True:
        yield θ
        g = gradient(θ)
        v = h["momentum"] * v + g
        θ, t = θ - η(t) * (g + h["momentum"] * v), t + 1


def adam(gradient: Callable[[Array], Array], θ: Array, η: Callable[[int], float], h: Mapping[str, float]) -> Iterator[Array]:
    m, v, t = np.zeros_like(θ), np.zeros_like(θ), 0
    while True:
        yield θ
        g, t = gradient(θ), t + 1
        m, v = h["b1"] * m + (1 - h["b1"]) * g, h["b2"] * v + (1 - h["b2"]) * g**2
        θ = θ - η(t - 1) * (m / (1 - h["b1"] ** t)) / (np.sqrt(v / (1 - h["b2"] ** t)) + h["eps"])


RULES = {"gradient_descent": plain, "momentum": heavy_ball, "nesterov": looking_ahead, "adam": adam}


@dataclass(frozen=True, eq=False)
class OwnWalk:
    """A walk made once more."""

    path: Array  # "t+1 p"
    loss: Array

    @cached_property
    def exploded(self) -> int | None:
        """The first update whose loss is no number, or 1e12 times the first."""
        wrong = ~np.isfinite(self.loss) | (np.abs(self.loss) > 1e12 * max(abs(self.loss[0]), 1.0))
        return int(np.argmax(wrong)) if wrong.any() else None

    def settled(self, lowest: float, goal: float) -> int | None:
        """The updates until the loss is within `goal` of `lowest` for good."""
        above = np.flatnonzero(~(self.loss - lowest <= goal))
        last = int(above[-1]) if above.size else -1
        return None if last >= self.loss.size - 1 else last + 1


def walked(
    loss: Apart, rule: str, hyper: Mapping[str, float], start: Array, steps: int, multiplier: Callable[[int], float] = lambda t: 1.0
) -> OwnWalk:
    """So many updates by a rule of RULES, or fewer where it explodes."""
    path, losses = [], []
    with np.errstate(all="ignore"):
        for t, θ in enumerate(RULES[rule](loss.gradient, start, lambda t: hyper["rate"] * multiplier(t), hyper)):
            path.append(θ)
            losses.append(loss.value(θ))
            if t == steps or not np.isfinite(losses[-1]) or abs(losses[-1]) > 1e13 * max(abs(losses[0]), 1.0):
                break
    return OwnWalk(np.array(path), np.array(losses))
