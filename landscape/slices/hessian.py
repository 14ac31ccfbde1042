"""The plane of strongest curvature: the two leading eigenvectors of the Hessian."""

import jax
import jax.numpy as jnp
import numpy as np

from core.messages import N_, Refusal, message
from landscape.directions import Around, Slice, Vector
from landscape.lanczos import leading

STEPS = 60  # of Lanczos' method: the leading eigenvalues of a network lie far outside the bulk and are found first


def directions(around: Around) -> tuple[Vector, Vector]:
    """Orthonormal, of the two largest eigenvalues by value; signs so that a, b ≥ 0 is uphill."""
    if around.product is None:
        raise Refusal(message(N_("This loss has no Hessian to take eigenvectors of. Choose another slice.")))
    if around.origin.size < 2:
        raise Refusal(message(N_("A slice needs at least two parameters.")))
    start = jax.random.normal(around.key, around.origin.shape, jnp.asarray(around.origin).dtype)
    values, vectors = leading(around.product, start, STEPS, 2)
    if not np.isfinite(values).all():
        raise Refusal(message(N_("The Hessian is not finite here. Lower the learning rate, or choose an earlier point.")))
    uphill = np.asarray(around.gradient, np.float64)
    u, v = (np.copysign(1.0, direction @ uphill) * direction for direction in np.asarray(vectors, np.float64))
    return u, v


HESSIAN = Slice(
    label=N_("leading eigenvectors of the Hessian"),
    formula=r"Hu = \lambda_1 u,\quad Hv = \lambda_2 v,\qquad \lambda_1 \ge \lambda_2 \ge \dots",
    source="Lanczos 1950; Yao, Gholami, Keutzer & Mahoney 2020, arXiv 1912.07145",
    directions=directions,
    needs=("product", "gradient"),
    rank=40,
)
