"""The forward pass of a multilayer perceptron: equal hidden layers over one flat θ, features × rows.

The hidden layers after the first are stacked and scanned, so that a deep network compiles in the time of a shallow one. A layer is

    ẑ = γ ⊙ normalized(g ⊙ Wh) + b,  h ← φ(ẑ)                     with the normalization before the activation,
    h ← γ ⊙ normalized(φ(g ⊙ Wh + b)) + β                          after it,

b in the place of β where it would be the same. Without γ and β it is φ(normalized(g ⊙ Wh + b)). g is 1 but for what normalizes weights.
A residual network adds to every layer but the first what came in: h ← h + φ(ẑ), or h + φ(ẑ)/L where it is scaled. Without a hidden
layer the scores are Wx + b: softmax regression.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.typing import DTypeLike
from jaxtyping import Array, Float

from networks.architecture import Architecture, Layers, layers
from normalization.hidden_layer import LayerInput, State
from surfaces.activation import activations
from surfaces.surface import Numbers, Rows, Theta

Units = Float[Array, "k n"]
Scores = Float[Array, "c n"]
States = tuple[Float[Array, "m k"], ...]  # what all hidden layers remember, stacked
SHALLOW = 3  # hidden layers that are written out one by one


class Snapshot(NamedTuple):
    """A network at one moment of its training."""

    numbers: Numbers  # of its loss and its normalization
    state: States  # what its hidden layers remember
    rows: Rows
    theta: Theta


def states(net: Architecture, dtype: DTypeLike) -> States:
    """What all hidden layers remember before the first batch, stacked."""
    of_a_layer = net.item.state(net.width, dtype)
    return tuple(jnp.broadcast_to(part, (net.depth, *part.shape)) for part in of_a_layer)


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


def per_layer(net: Architecture, part: Layers, state: States) -> tuple[Layer, Layer]:
    """The first hidden layer, and the stack of the others."""
    gamma = part.gamma if net.scales else None
    beta = part.beta if net.scales and net.place == "after" else None

    first, deeper = (jax.tree.map(lambda stack, which=which: stack[which], (gamma, beta, state)) for which in (0, slice(1, None)))
    return Layer(part.first, part.first_bias, *first), Layer(part.deeper, part.deeper_bias, *deeper)


def entering(net: Architecture, numbers: Numbers, layer: Layer, z: Units, rows: Rows, train: bool) -> tuple[Units, State]:
    """What the activation of a layer is taken of, z = Wh; and what is remembered from now on."""
    norm = net.item
    gain, state = norm.gain(layer.weights, numbers, layer.state, train)
    z = gain[:, None] * z
    if net.place == "after":
        return z + layer.bias[:, None], state
    if layer.gamma is None:
        return norm.normalize(LayerInput(z + layer.bias[:, None], rows.w, numbers, state, train))
    normalized, state = norm.normalize(LayerInput(z, rows.w, numbers, state, train))
    return layer.gamma[:, None] * normalized + layer.bias[:, None], state


def activated(net: Architecture, numbers: Numbers, layer: Layer, z: Units, rows: Rows, train: bool) -> tuple[Units, State]:
    """The output of a layer, z = Wh, and what it remembers from now on."""
    u, state = entering(net, numbers, layer, z, rows, train)
    h = activations()[net.activation].function(u)
    if net.place == "after":
        h, state = net.item.normalize(LayerInput(h, rows.w, numbers, state, train))
        if layer.gamma is not None and layer.beta is not None:
            h = layer.gamma[:, None] * h + layer.beta[:, None]
    return h, state


def unit_slopes(net: Architecture, at: Snapshot, train: bool) -> Float[Array, "m k n"]:
    """φ′ of every hidden unit on every row."""
    part, numbers, rows = layers(net, at.theta), at.numbers, at.rows
    phi = activations()[net.activation].function
    first, others = per_layer(net, part, at.state)

    def slopes(layer: Layer, z: Units) -> Units:
        u = entering(net, numbers, layer, z, rows, train)[0]
        return jax.jvp(phi, (u,), (jnp.ones_like(u),))[1]

    def deeper(h: Units, layer: Layer) -> tuple[Units, Units]:
        z = layer.weights @ h
        out = activated(net, numbers, layer, z, rows, train)[0]
        return (h + net.branch * out if net.residual else out), slopes(layer, z)

    z = preactivation(net, at.theta, rows)
    rest = jax.lax.scan(deeper, activated(net, numbers, first, z, rows, train)[0], others)[1]
    return jnp.concatenate([slopes(first, z)[None], rest])


def forward(
    net: Architecture, at: Snapshot, train: bool, *, z: Units | None = None, keep: int = 0
) -> tuple[Scores, States, Float[Array, "m k r"] | None]:
    """The scores of every row; what is remembered from now on; and, of the first `keep` rows, every hidden layer's values.

    train: a normalization uses the statistics of these rows, else those that it remembers. z: `preactivation`, where it is known.
    """
    z = preactivation(net, at.theta, at.rows) if z is None else z
    part, state, numbers, rows = layers(net, at.theta), at.state, at.numbers, at.rows
    if not net.depth:
        return z + part.output_bias[:, None], state, z[None, :, :keep][:0] if keep else None
    first, others = per_layer(net, part, state)
    h, after = activated(net, numbers, first, z, rows, train)

    def deeper(h: Units, layer: Layer) -> tuple[Units, tuple[State, Array | None]]:
        out, after = activated(net, numbers, layer, layer.weights @ h, rows, train)
        out = h + net.branch * out if net.residual else out
        return out, (after, out[:, :keep] if keep else None)

    # Two layers in a loop take twice the time that they take without one; of more, a program with each written out is long to compile.
    end, (later, kept) = jax.lax.scan(deeper, h, others, unroll=net.depth <= SHALLOW)
    state = tuple(jnp.concatenate([first_part[None], rest]) for first_part, rest in zip(after, later, strict=True))
    scores = part.output @ end + part.output_bias[:, None]
    return scores, state, None if kept is None else jnp.concatenate([h[None, :, :keep], kept])
