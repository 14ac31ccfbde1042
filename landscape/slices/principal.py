"""The plane that holds most of the path."""

import numpy as np

from core.messages import N_, Refusal, message
from landscape.directions import Around, Slice, Vector, orthonormal

NO_PLANE = N_("The path spans no plane: it needs three different points that are not on one line. Take more updates.")
NOT_FINITE = N_("The path leaves the range of numbers, so it has no principal directions. Lower the learning rate.")


def directions(around: Around) -> tuple[Vector, Vector]:
    """The two leading principal components of θᵢ − θₙ, n the last; signs so that the path begins at a, b ≥ 0 as seen from its end.

    Xᵀe/√λ of the eigenpairs (λ, e) of the Gram matrix XXᵀ, k × k, X the centered differences: as principal components are those of XᵀX,
    p × p.
    """
    if len(around.path) < 3:
        raise Refusal(message(NO_PLANE))
    x = np.array(around.path, np.float64)
    if not np.isfinite(x).all():
        raise Refusal(message(NOT_FINITE))
    x -= x[-1].copy()
    begin = x[0].copy()
    x -= x.mean(axis=0)
    x /= max(x.max(), -x.min()) or 1.0  # whose squares are in range
    variance, vectors = np.linalg.eigh(x @ x.T)
    # √: spreads a millionth apart. Squares lose half of the digits; a path in float32 has no more of them either.
    if not variance[-2] > 1e-12 * variance[-1]:
        raise Refusal(message(NO_PLANE))
    pair = orthonormal(*(vectors[:, :-3:-1].T @ x))
    if pair is None:
        raise Refusal(message(NO_PLANE))
    u, v = (np.copysign(1.0, direction @ begin) * direction for direction in pair)
    return u, v


PRINCIPAL = Slice(
    label=N_("principal components of the path"),
    formula=r"u, v:\ \text{PCA of}\ \left[\theta_0-\theta_n,\ \dots,\ \theta_{n-1}-\theta_n\right]",
    source="Li, Xu, Taylor, Studer & Goldstein 2018, arXiv 1712.09913; Lorch 2016",
    directions=directions,
    needs=("path",),
    rank=30,
)
