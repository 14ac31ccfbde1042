"""The parameters of a multilayer perceptron before training."""

from math import prod

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import DTypeLike
from jaxtyping import Array, Float

from networks.architecture import Architecture, layers, shapes
from networks.forward import activated, per_layer, states
from networks.initialization import initializations
from surfaces.activation import activations
from surfaces.surface import Numbers, Rows, Theta


def initial_parameters(net: Architecture, scheme: str, key: Array, dtype: DTypeLike) -> Theta:
    """θ before training, without its γ and β: weights by the scheme, biases 0.

    It depends on the key, the shape and the scheme alone: networks that differ in their normalization begin with the same weights.
    """
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
    """θ with its γ and β: the numbers of these names everywhere. Where b stands in the place of β, b is that number."""
    if not net.scales:
        return weights
    gammas, betas = (
        jnp.full(shape, numbers.get(name, default), weights.dtype).ravel()
        for shape, name, default in zip(shapes(net)[6:], ("gamma", "beta"), (1.0, 0.0), strict=True)
    )
    theta = jnp.concatenate([weights, gammas, betas])
    if net.place == "after":
        return theta
    biases = np.concatenate([np.full(prod(shape), i in (1, 3), weights.dtype) for i, shape in enumerate(shapes(net))])
    return theta + numbers.get("beta", 0.0) * biases


def recovering(net: Architecture, numbers: Numbers, theta: Theta, rows: Rows) -> Theta:
    """θ with γ and β such that on these rows the network in train mode computes what it would compute without its normalization.

    Raises TypeError where no γ and β can do that.
    """
    if not net.scales or net.item.recover is None:
        raise TypeError(f"no γ and β take {net.normalization} normalization back")
    part, h = layers(net, theta), rows.x
    first, others = per_layer(net, part, states(net, theta.dtype))
    gammas, shifts = [], []
    for i in range(net.depth):
        layer = first if i == 0 else jax.tree.map(lambda stack, i=i: stack[i - 1], others)
        gain, _ = net.item.gain(layer.weights, numbers, layer.state, True)
        z = gain[:, None] * (layer.weights @ h)
        given = activations()[net.activation].function(z + layer.bias[:, None]) if net.place == "after" else z
        gamma, beta = net.item.recover(given, rows.w, layer.weights, numbers)
        layer = layer._replace(gamma=gamma, beta=beta) if net.place == "after" else layer._replace(gamma=gamma, bias=beta)
        out, _ = activated(net, numbers, layer, layer.weights @ h, rows, True)
        h = h + net.branch * out if net.residual and i > 0 else out
        gammas.append(gamma)
        shifts.append(beta)
    gamma, shift = jnp.stack(gammas), jnp.stack(shifts)
    if net.place == "after":
        part = part._replace(gamma=gamma, beta=shift)
    else:
        part = part._replace(gamma=gamma, first_bias=shift[0], deeper_bias=shift[1:])
    return jnp.concatenate([entries.ravel() for entries in part])
