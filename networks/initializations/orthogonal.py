"""Orthogonal: uniform over the orthogonal group. A layer of more or of fewer units than inputs has orthonormal columns or rows.

The Q of a Gaussian matrix's QR, its columns times the signs of R's diagonal: without them it would not be uniform (Mezzadri 2007).
"""

from jax.nn.initializers import orthogonal

from core.messages import N_
from networks.initialization import Initialization, of_shape

initialization = Initialization(
    label=N_("orthogonal"),
    formula=r"W W^\top = I \ \text{ or } \ W^\top W = I",
    source="Saxe, McClelland & Ganguli 2013, arXiv 1312.6120; Mezzadri 2007, arXiv math-ph/0609050",
    draw=of_shape(orthogonal()),
    rank=40,
)
