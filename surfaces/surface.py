"""A surface: one question put to a vector of parameters, and the facts that belong to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from core.messages import Message
from core.settings import Setting

Scalar = Float[Array, ""]
Theta = Float[Array, " p"]
Numbers = Mapping[str, Scalar]


class Rows(NamedTuple):
    """Data, a batch of it, or its padding. Every mean over rows is weighted by w, so padding and mini-batches are exact."""

    x: Float[Array, "d n"]
    y: Float[Array, " n"]
    w: Float[Array, " n"]  # 1 for a row that counts, 0 for padding


@dataclass(frozen=True)
class Structure:
    """All that decides compilation of a surface: its name, its menus and the normalization of its hidden layer."""

    surface: str
    options: tuple[tuple[str, str], ...] = ()
    hidden: str = "none"

    def option(self, name: str) -> str:
        return dict(self.options)[name]


class Minima(NamedTuple):
    """Known minima of a textbook surface. `valley` means that they form a curve and the points are samples of it."""

    points: tuple[tuple[float, float], ...]
    value: float
    valley: bool = False


def _rows_as_they_are(structure: Structure, rows: Rows) -> object:
    return rows


def _start_as_it_is(structure: Structure, numbers: Numbers, theta: Theta, rows: Rows) -> tuple[Theta, Numbers]:
    return theta, numbers


def _nothing(structure: Structure, numbers: Numbers, theta: Theta, summary: object) -> object:
    return None


def _no_baseline(structure: Structure, numbers: Numbers, rows: Rows) -> Scalar:
    return jnp.asarray(jnp.nan)


def _two(structure: Structure) -> tuple[str, ...]:
    return ("w<sub>1</sub>", "w<sub>2</sub>")


@dataclass(frozen=True)
class Surface:
    """What is minimized. All functions are pure; `structure` is static, `numbers` are traced.

    The first two entries of theta span the plane of the picture; in it the others (a trained bias) are those of the panel's minimum.

    summary(structure, rows) -> what of the rows the loss needs, computed once before a loop
    linear(structure, numbers, theta, summary) -> what of the model is affine in theta: the scores of a linear model, the first layer of
        a network. On a plane θ = o + a·u + b·v it is known everywhere once it is known at o and along u and v.
    loss(structure, numbers, theta, summary, linear) -> scalar
    axes(structure) -> the names of theta's entries, HTML as Plotly reads it
    start(structure, numbers, theta, rows) -> theta and numbers of the same function in a normalized network
    inputs(structure, numbers, theta, rows) -> "2 n": what the weights of the plane multiply
    predict(structure, numbers, theta, rows) -> "n": the model's output, to tell whether two panels hold the same function
    first_steps: the page says beside its picture how far the first updates go, not the curvature at its minimum
    flat(structure) -> why the surface has a flat direction by construction, if it has
    baseline(structure, numbers, rows) -> the loss of the best constant prediction: Var(y) for the mean squared error
    bias(structure, numbers, theta, summary) -> the output's bias where it is at its best for these rows, None where it is not
    classes: the target is one of several classes, 0, 1, 2 ... in the rows; the one whose weights span the plane is 0
    """

    label: str
    formula: str
    source: str
    loss: Callable[[Structure, Numbers, Theta, object, object], Scalar]
    fields: tuple[Setting, ...] = ()
    rank: int = 100
    note: str = ""
    needs_data: bool = False
    hidden_layer: bool = False
    first_steps: bool = False
    smooth: Callable[[Structure], bool] = lambda structure: True
    axes: Callable[[Structure], tuple[str, ...]] = _two
    summary: Callable[[Structure, Rows], object] = _rows_as_they_are
    linear: Callable[[Structure, Numbers, Theta, object], object] = _nothing
    start: Callable[[Structure, Numbers, Theta, Rows], tuple[Theta, Numbers]] = _start_as_it_is
    inputs: Callable[[Structure, Numbers, Theta, Rows], Float[Array, "2 n"]] | None = None
    predict: Callable[[Structure, Numbers, Theta, Rows], Float[Array, " n"]] | None = None
    flat: Callable[[Structure], Message | None] = lambda structure: None
    baseline: Callable[[Structure, Numbers, Rows], Scalar] = _no_baseline
    bias: Callable[[Structure, Numbers, Theta, object], Scalar | None] = lambda structure, numbers, theta, summary: None
    classes: bool = False
    # facts of a textbook surface
    window: tuple[float, float, float, float] = (-2.0, 2.0, -2.0, 2.0)
    begin: Callable[[Structure], tuple[float, float]] = lambda structure: (0.0, 0.0)
    rate: float = 0.01
    minima: Callable[[Structure, Mapping[str, float]], Minima | None] = lambda structure, numbers: None
    quadratic: bool = False  # its Hessian is the same everywhere
    infimum: Callable[[Structure], float | None] = lambda structure: None  # what it falls toward for ever, where it has no minimum

    def at(self, structure: Structure, numbers: Numbers, theta: Theta, summary: object) -> Scalar:
        """The loss at one point."""
        return self.loss(structure, numbers, theta, summary, self.linear(structure, numbers, theta, summary))


def textbook(
    function: Callable[..., Scalar],
    *,
    label: str,
    formula: str,
    source: str,
    window: tuple[float, float, float, float],
    begin: tuple[float, float],
    rate: float,
    minima: Callable[[Mapping[str, float]], Minima | None] = lambda numbers: None,
    fields: tuple[Setting, ...] = (),
    smooth: bool = True,
    quadratic: bool = False,
    axes: tuple[str, str] = ("x", "y"),
    rank: int = 100,
) -> Surface:
    """A surface given by a formula: function(x, y, **numbers) -> scalar.

    window: x low, x high, y low, y high of the picture. begin: where walks start. rate: a rate at which plain gradient descent
    makes visible progress from there. minima: the known ones for the given numbers, or None where there are none.
    """

    def loss(structure: Structure, numbers: Numbers, theta: Theta, summary: object, linear: object) -> Scalar:
        return jnp.asarray(function(theta[0], theta[1], **numbers), theta.dtype)

    return Surface(
        label=label,
        formula=formula,
        source=source,
        loss=loss,
        fields=fields,
        rank=rank,
        smooth=lambda structure: smooth,
        quadratic=quadratic,
        axes=lambda structure: axes,
        window=window,
        begin=lambda structure: begin,
        rate=rate,
        minima=lambda structure, numbers: minima(numbers),
    )
