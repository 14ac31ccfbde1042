"""Two hidden units without bias, one output with its bias at its best: small enough that every picture of it is the whole truth.

z = Wx with W = diag(1, g)·[[1, 1], [1, −1]]/√2, a = φ(z), ŷ = v·a + b. Either the two output weights v are drawn and trained, or
the two weights into the first hidden unit; all other weights keep their values.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from core.messages import N_, Message, message
from core.settings import Number, Option, option_of
from normalization.hidden_layer import HiddenNormalization, hidden_normalizations
from surfaces.activation import activations
from surfaces.loss import REDUCE, best_bias, losses, reduced
from surfaces.regression import baseline, reduction, the_loss
from surfaces.surface import Numbers, Rows, Scalar, Structure, Surface, Theta

Units = Float[Array, "2 n"]


def _normalization(structure: Structure) -> HiddenNormalization:
    return hidden_normalizations()[structure.hidden]


def _weights(structure: Structure, numbers: Numbers, theta: Theta) -> tuple[Float[Array, "2 2"], Theta]:
    """W and v, with θ in its place."""
    second = numbers["gain"] * jnp.array([1.0, -1.0]) / jnp.sqrt(2.0)
    if structure.option("plane") == "hidden":
        return jnp.stack([theta[:2], second]), jnp.array([numbers["v1"], numbers["v2"]])
    return jnp.stack([jnp.ones(2) / jnp.sqrt(2.0), second]), theta[:2]


def _preactivation(structure: Structure, numbers: Numbers, theta: Theta, rows: Rows) -> Units:
    return _weights(structure, numbers, theta)[0] @ rows.x


def _hidden(structure: Structure, numbers: Numbers, z: Units, rows: Rows) -> tuple[Units, Units]:
    """What the normalization gets, and what the output weights get."""
    norm, phi = _normalization(structure), activations()[structure.option("activation")].function
    if structure.option("place") == "after":
        return phi(z), norm.applied(phi(z), rows.w, numbers)
    return z, phi(norm.applied(z, rows.w, numbers))


def _score(structure: Structure, numbers: Numbers, theta: Theta, z: Units, rows: Rows) -> Float[Array, " n"]:
    v, hidden = _weights(structure, numbers, theta)[1], _hidden(structure, numbers, z, rows)[1]
    return v[0] * hidden[0] + v[1] * hidden[1]  # as a product of matrices so small it would take three times as long


def _linear(structure: Structure, numbers: Numbers, theta: Theta, summary: object) -> object:
    """Into the hidden units: their pre-activations. Out of them: the score, since the hidden units stand still; of a squared error with
    its best bias, which is a mean."""
    assert isinstance(summary, Rows)
    z, loss = _preactivation(structure, numbers, theta, summary), the_loss(structure)
    if structure.option("plane") == "hidden":
        return z
    score = _score(structure, numbers, theta, z, summary)
    return score + best_bias(loss, numbers, score, summary) if loss.quadratic else score


def _with_best_bias(structure: Structure, numbers: Numbers, theta: Theta, rows: Rows, linear: Array) -> Float[Array, " n"]:
    loss, hidden = the_loss(structure), structure.option("plane") == "hidden"
    if loss.quadratic and not hidden:
        return linear
    score = _score(structure, numbers, theta, linear, rows) if hidden else linear
    return score + best_bias(loss, numbers, score, rows)


def _predict(structure: Structure, numbers: Numbers, theta: Theta, rows: Rows) -> Float[Array, " n"]:
    linear = _linear(structure, numbers, theta, rows)
    assert isinstance(linear, jax.Array)
    return _with_best_bias(structure, numbers, theta, rows, linear)


def _loss(structure: Structure, numbers: Numbers, theta: Theta, summary: object, linear: object) -> Scalar:
    assert isinstance(summary, Rows)
    assert isinstance(linear, jax.Array)
    predicted = _with_best_bias(structure, numbers, theta, summary, linear)
    return reduced(the_loss(structure), reduction(structure), numbers, predicted, summary)


def _bias(structure: Structure, numbers: Numbers, theta: Theta, summary: object) -> Scalar:
    """The best output bias for these rows."""
    assert isinstance(summary, Rows)
    score = _score(structure, numbers, theta, _preactivation(structure, numbers, theta, summary), summary)
    return best_bias(the_loss(structure), numbers, score, summary)


def _start(structure: Structure, numbers: Numbers, theta: Theta, rows: Rows) -> tuple[Theta, Numbers]:
    """vᵢ → σᵢ·vᵢ: what the normalization divides by, the output weights give back, so the walk starts from the same function."""
    before, _ = _hidden(structure, numbers, _preactivation(structure, numbers, theta, rows), rows)
    sigma = _normalization(structure).spread(before, rows.w, numbers)
    if structure.option("plane") == "output":
        return theta * sigma, numbers
    return theta, dict(numbers) | {"v1": numbers["v1"] * sigma[0], "v2": numbers["v2"] * sigma[1]}


def _inputs(structure: Structure, numbers: Numbers, theta: Theta, rows: Rows) -> Units:
    if structure.option("plane") == "hidden":
        return rows.x
    return _hidden(structure, numbers, _preactivation(structure, numbers, theta, rows), rows)[1]


def _axes(structure: Structure) -> tuple[str, ...]:
    if structure.option("plane") == "hidden":
        return ("W<sub>11</sub>", "W<sub>12</sub>")
    return ("v<sub>1</sub>", "v<sub>2</sub>")


def _flat(structure: Structure) -> Message | None:
    positive = structure.option("place") == "before" or activations()[structure.option("activation")].homogeneous
    if structure.option("plane") == "hidden" and positive and _normalization(structure).scale_free:
        return message(N_("flat direction: batch normalization makes the loss constant along rays, as far as ε allows"))
    return None


surface = Surface(
    label=N_("network with two hidden units"),
    formula=r"\hat y=b+\sum_k v_k\,\varphi(W_{k1}x_1+W_{k2}x_2)",
    source="Rumelhart, Hinton & Williams 1986",
    loss=_loss,
    fields=(
        Option(
            "plane",
            N_("drawn and trained"),
            "output",
            ("output", "hidden"),
            (N_("output weights v₁, v₂"), N_("weights into the first hidden unit")),
        ),
        option_of("activation", N_("activation"), "relu", activations()),
        Option("place", N_("batch normalization stands"), "before", ("before", "after"), (N_("before the activation"), N_("after it"))),
        option_of("loss", N_("loss"), "mean_squared", losses()),
        REDUCE,
        Number("gain", N_("gain of the second hidden unit"), 1.0, 0.1, 100.0, log=True, symbol="g"),
        Number("v1", N_("first output weight (where it is not drawn)"), 1.0, -10.0, 10.0, symbol="v₁"),
        Number("v2", N_("second output weight (where it is not drawn)"), 1.0, -10.0, 10.0, symbol="v₂"),
        *(field for loss in losses().values() for field in loss.fields),
    ),
    rank=30,
    needs_data=True,
    hidden_layer=True,
    smooth=lambda structure: the_loss(structure).smooth,
    baseline=baseline,
    bias=_bias,
    axes=_axes,
    linear=_linear,
    start=_start,
    inputs=_inputs,
    predict=_predict,
    flat=_flat,
    begin=lambda structure: (1.5, 0.5) if structure.option("plane") == "hidden" else (0.0, 0.0),
)
