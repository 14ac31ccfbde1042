"""Multilayer perceptrons: equal hidden layers over one flat θ, features × rows.

The hidden layers after the first are stacked and scanned, so that a deep network compiles in the time of a shallow one. A layer is

    ẑ = γ ⊙ normalized(g ⊙ Wh) + b,  h ← φ(ẑ)                     with the normalization before the activation,
    h ← γ ⊙ normalized(φ(g ⊙ Wh + b)) + β                          after it,

b in the place of β where it would be the same. Without γ and β it is φ(normalized(g ⊙ Wh + b)). g is 1 but for what normalizes weights.
A residual network adds to every layer but the first what came in. Without a hidden layer the scores are Wx + b: softmax regression.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import DTypeLike
from jaxtyping import Array, Float, Int

from networks.initialization import initializations
from normalization.hidden_layer import HiddenNormalization, Seen, State, hidden_normalizations
from surfaces.activation import activations
from surfaces.class_loss import ClassLoss, Costs, class_losses
from surfaces.surface import Numbers, Rows, Scalar, Theta

Units = Float[Array, "k n"]
Scores = Float[Array, "c n"]
Cost = Callable[[Scores, Rows, Numbers], Costs]  # of every row
REGRESSION = "squared_error"  # the loss where rows have no classes
SHALLOW = 3  # hidden layers that are written out one by one
States = tuple[Float[Array, "m k"], ...]  # what all hidden layers remember, stacked


@dataclass(frozen=True)
class Architecture:
    """`inputs` features, `depth` hidden layers of `width` units each, `outputs` scores. Where depth is 0, `width` is not read.

    place: the normalization stands "before" the activation or "after" it. affine: γ and β are parameters, where the normalization has them.
    """

    inputs: int
    width: int
    depth: int
    activation: str = "tanh"
    normalization: str = "none"
    outputs: int = 1
    place: str = "before"
    affine: bool = False
    residual: bool = False

    @property
    def item(self) -> HiddenNormalization:
        return hidden_normalizations()[self.normalization]

    @property
    def scales(self) -> bool:
        """Whether there is a γ."""
        return self.affine and self.item.affine

    @property
    def size(self) -> int:
        """How many parameters θ has."""
        return sum(prod(shape) for shape in _shapes(self))


class Layers(NamedTuple):
    """The parts of θ, in this order; l = depth − 1, m = depth, or 0 where there is no γ, no β beside b. Without a hidden layer only the
    output has entries, and it sees the features: k = d there, and 0 before."""

    first: Float[Array, "k d"]
    first_bias: Float[Array, " k"]
    deeper: Float[Array, "l k k"]
    deeper_bias: Float[Array, "l k"]
    output: Float[Array, "c k"]
    output_bias: Float[Array, " c"]
    gamma: Float[Array, "m k"]
    beta: Float[Array, "m k"]


def _shapes(net: Architecture) -> tuple[tuple[int, ...], ...]:
    k, c = net.width, net.outputs
    if not net.depth:
        return (0, net.inputs), (0,), (0, 0, 0), (0, 0), (c, net.inputs), (c,), (0, 0), (0, 0)
    deeper, gammas, betas = net.depth - 1, (net.depth if net.scales else 0), (net.depth if net.scales and net.place == "after" else 0)
    return (k, net.inputs), (k,), (deeper, k, k), (deeper, k), (c, k), (c,), (gammas, k), (betas, k)


def layers(net: Architecture, theta: Theta) -> Layers:
    """θ by its parts."""
    parts, at = [], 0
    for shape in _shapes(net):
        parts.append(theta[at : at + prod(shape)].reshape(shape))
        at += prod(shape)
    return Layers(*parts)


def filters(net: Architecture) -> Int[np.ndarray, " p"]:
    """For every entry of θ the unit whose incoming weight it is, hidden units first; −1 for biases, γ and β."""
    parts = [np.zeros(shape, int) - 1 for shape in _shapes(net)]
    (k, _), _, (deeper, *_), _, (c, _), *_ = (part.shape for part in parts)
    parts[0] += 1 + np.arange(k)[:, None]
    parts[2] += 1 + k + np.arange(deeper * k).reshape(deeper, k, 1)
    parts[4] += 1 + k + deeper * k + np.arange(c)[:, None]
    return np.concatenate([part.ravel() for part in parts])


def layer_of(net: Architecture) -> Int[np.ndarray, " p"]:
    """For every entry of θ its layer: 0 to depth − 1 the hidden ones, depth the output."""
    m, shapes = net.depth, _shapes(net)
    each = np.arange(m)[:, None]
    zero, last = np.zeros((), int), np.full((), m)
    places = (zero, zero, each[1:, :, None], each[1:], last, last, each[: shapes[6][0]], each[: shapes[7][0]])
    return np.concatenate([np.broadcast_to(place, shape).ravel() for place, shape in zip(places, shapes, strict=True)])


def drawn(net: Architecture, scheme: str, key: Array, dtype: DTypeLike) -> Theta:
    """θ before training but for its γ and β: weights by the scheme, biases 0. It depends on the key, the shape and the scheme alone, so
    networks that differ in their normalization begin with the same weights."""
    draw = initializations()[scheme].draw
    first, deepest, last = jax.random.split(key, 3)
    if not net.depth:
        return jnp.concatenate([draw(last, net.outputs, net.inputs, dtype).ravel(), jnp.zeros(net.outputs, dtype)])
    k, deeper = net.width, net.depth - 1
    # One after the other: a program that draws twelve layers is then no longer than one that draws three.
    stacked = (
        jax.lax.map(lambda part: draw(part, k, k, dtype), jax.random.split(deepest, deeper)) if deeper else jnp.zeros((0, k, k), dtype)
    )
    parts = (
        draw(first, k, net.inputs, dtype),
        jnp.zeros(k, dtype),
        stacked,
        jnp.zeros((deeper, k), dtype),
        draw(last, net.outputs, k, dtype),
        jnp.zeros(net.outputs, dtype),
    )
    return jnp.concatenate([part.ravel() for part in parts])


def completed(net: Architecture, numbers: Numbers, weights: Float[Array, " q"]) -> Theta:
    """What was drawn, with γ and β beside it: all the numbers of that name. Where b is β, b is that number."""
    if not net.scales:
        return weights
    gammas, betas = (
        jnp.full(shape, numbers.get(name, one), weights.dtype).ravel()
        for shape, name, one in zip(_shapes(net)[6:], ("gamma", "beta"), (1.0, 0.0), strict=True)
    )
    theta = jnp.concatenate([weights, gammas, betas])
    if net.place == "after":
        return theta
    biases = np.concatenate([np.full(prod(shape), i in (1, 3), weights.dtype) for i, shape in enumerate(_shapes(net))])
    return theta + numbers.get("beta", 0.0) * biases


def initial(net: Architecture, numbers: Numbers, scheme: str, key: Array, dtype: DTypeLike) -> Theta:
    """θ before training."""
    return completed(net, numbers, drawn(net, scheme, key, dtype))


def recovering(net: Architecture, numbers: Numbers, theta: Theta, rows: Rows) -> Theta:
    """θ with γ and β such that on these rows the network in train mode computes what it would compute without its normalization.

    Raises TypeError where no γ and β can do that.
    """
    if not net.scales or net.item.recover is None:
        raise TypeError(f"no γ and β take {net.normalization} normalization back")
    part, h = layers(net, theta), rows.x
    first, others = _per_layer(net, part, states(net, theta.dtype))
    gammas, shifts = [], []
    for i in range(net.depth):
        layer = first if i == 0 else jax.tree.map(lambda stack, i=i: stack[i - 1], others)
        gain, _ = net.item.gain(layer.weights, numbers, layer.state, True)
        z = gain[:, None] * (layer.weights @ h)
        given = activations()[net.activation].function(z + layer.bias[:, None]) if net.place == "after" else z
        gamma, beta = net.item.recover(given, rows.w, layer.weights, numbers)
        layer = layer._replace(gamma=gamma, beta=beta) if net.place == "after" else layer._replace(gamma=gamma, bias=beta)
        out, _ = _activated(net, numbers, layer, layer.weights @ h, rows, True)
        h = h + out if net.residual and i > 0 else out
        gammas.append(gamma)
        shifts.append(beta)
    gamma, shift = jnp.stack(gammas), jnp.stack(shifts)
    if net.place == "after":
        part = part._replace(gamma=gamma, beta=shift)
    else:
        part = part._replace(gamma=gamma, first_bias=shift[0], deeper_bias=shift[1:])
    return jnp.concatenate([one.ravel() for one in part])


def states(net: Architecture, dtype: DTypeLike) -> States:
    """What all hidden layers remember before the first batch, stacked."""
    one = net.item.state(net.width, dtype)
    return tuple(jnp.broadcast_to(part, (net.depth, *part.shape)) for part in one)


def preactivation(net: Architecture, theta: Theta, rows: Rows) -> Units:
    """Wx of the first layer, of the output where there is no other: linear in θ, so a grid computes it once for a plane."""
    part = layers(net, theta)
    return (part.first if net.depth else part.output) @ rows.x


class Layer(NamedTuple):
    """One hidden layer's part of θ, and what it remembers."""

    weights: Float[Array, "k j"]
    bias: Float[Array, " k"]
    gamma: Float[Array, " k"] | None
    beta: Float[Array, " k"] | None
    state: State


def _per_layer(net: Architecture, part: Layers, state: States) -> tuple[Layer, Layer]:
    """The first hidden layer, and the stack of the others."""
    gamma = part.gamma if net.scales else None
    beta = part.beta if net.scales and net.place == "after" else None

    def cut(all_layers: Array | None, first: bool) -> Array | None:
        return None if all_layers is None else all_layers[0] if first else all_layers[1:]

    return (
        Layer(part.first, part.first_bias, cut(gamma, True), cut(beta, True), tuple(one[0] for one in state)),
        Layer(part.deeper, part.deeper_bias, cut(gamma, False), cut(beta, False), tuple(one[1:] for one in state)),
    )


def _activated(net: Architecture, numbers: Numbers, layer: Layer, z: Units, rows: Rows, train: bool) -> tuple[Units, State]:
    """What a layer makes of Wh, and what it remembers from now on."""
    norm, phi = net.item, activations()[net.activation].function
    gain, state = norm.gain(layer.weights, numbers, layer.state, train)
    z = gain[:, None] * z
    if net.place == "after":
        h, state = norm.normalize(Seen(phi(z + layer.bias[:, None]), rows.w, numbers, state, train))
        if layer.gamma is not None and layer.beta is not None:
            h = layer.gamma[:, None] * h + layer.beta[:, None]
        return h, state
    if layer.gamma is None:
        normalized, state = norm.normalize(Seen(z + layer.bias[:, None], rows.w, numbers, state, train))
        return phi(normalized), state
    normalized, state = norm.normalize(Seen(z, rows.w, numbers, state, train))
    return phi(layer.gamma[:, None] * normalized + layer.bias[:, None]), state


def forward(
    net: Architecture, numbers: Numbers, theta: Theta, state: States, rows: Rows, z: Units, train: bool, keep: int = 0
) -> tuple[Scores, States, Float[Array, "m k r"] | None]:
    """The scores of every row, given Wx of the first layer; what is remembered from now on; and, of the first `keep` rows, every
    hidden layer's values.

    train: a normalization uses the statistics of these rows, else those that it remembers.
    """
    part = layers(net, theta)
    if not net.depth:
        return z + part.output_bias[:, None], state, z[None, :, :keep][:0] if keep else None
    first, others = _per_layer(net, part, state)
    h, after = _activated(net, numbers, first, z, rows, train)

    def deeper(h: Units, layer: Layer) -> tuple[Units, tuple[State, Array | None]]:
        out, after = _activated(net, numbers, layer, layer.weights @ h, rows, train)
        out = h + out if net.residual else out
        return out, (after, out[:, :keep] if keep else None)

    # Two layers in a loop take twice the time that they take without one; of more, a program with each written out is long to compile.
    end, (later, kept) = jax.lax.scan(deeper, h, others, unroll=net.depth <= SHALLOW)
    state = tuple(jnp.concatenate([one[None], rest]) for one, rest in zip(after, later, strict=True))
    scores = part.output @ end + part.output_bias[:, None]
    return scores, state, None if kept is None else jnp.concatenate([h[None, :, :keep], kept])


def squared_error(scores: Scores, rows: Rows, numbers: Numbers) -> Costs:
    """(ŷ − y)² of every row, ŷ the first score."""
    return (scores[0] - rows.y) ** 2


def _of_classes(loss: ClassLoss) -> Cost:
    """y is the number of the class."""
    return lambda scores, rows, numbers: loss.value(scores, rows.y.astype(int), numbers)


def losses() -> Mapping[str, Cost]:
    """All that a network can be trained with: the squared error of a regression, and the losses of classes, two at least."""
    return {REGRESSION: squared_error, **{name: _of_classes(item) for name, item in class_losses().items()}}


def mean_cost(name: str, numbers: Numbers, scores: Scores, rows: Rows) -> Scalar:
    """The mean over the rows that count of what a row costs by the loss of this name."""
    return rows.w @ losses()[name](scores, rows, numbers) / jnp.sum(rows.w)


def loss(
    net: Architecture, name: str, numbers: Numbers, theta: Theta, state: States, rows: Rows, z: Units, train: bool
) -> tuple[Scalar, States]:
    """The loss of these rows, given Wx of the first layer, and what is remembered from now on."""
    scores, state, _ = forward(net, numbers, theta, state, rows, z, train)
    return mean_cost(name, numbers, scores, rows), state
