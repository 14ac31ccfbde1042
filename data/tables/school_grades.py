"""School grades: height and weight of made-up pupils. Classes with an order: each year they grow, so grade 2 does lie between 1 and 3.

Means: the medians of boys and girls in the middle of the year, 6½ to 11½ years old, averaged and rounded; where the reference has no
weight, above 10 years, its body mass index times height². Real heights spread by 5 to 7 cm within a year: less here, so that the grades
can be told apart.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from core.messages import N_
from core.settings import Count, Number
from data.dataset import Column, DataSet
from data.tables._classes import as_columns, class_columns, numberings, renumbered
from data.tables._generated import SEED

FEATURES = (Column("height", "cm"), Column("weight", "kg"))
GRADES = tuple(f"grade {k}" for k in range(1, 7))
HEIGHTS = np.array([118.0, 124.0, 130.0, 135.0, 141.0, 147.0])
WEIGHTS = np.array([22.0, 24.0, 27.0, 30.0, 34.0, 38.0])
NUMBERING = numberings(tuple("123456"), ("123456", "416253"), "grades ")


def load(samples: int, spread: float, seed: int, numbering: str) -> Mapping[str, Float[np.ndarray, " n"]]:
    """height = mean + spread·N(0, 1); weight = mean·(height/mean height)²·exp(0.03·spread·N(0, 1)): one body mass index a grade, but for
    the noise.

    As many pupils in each grade, in random order.
    """
    rng = np.random.default_rng(int(seed))
    k = rng.permutation(int(samples)) % len(GRADES)
    z = rng.standard_normal((2, k.size))
    height = HEIGHTS[k] + spread * z[0]
    weight = WEIGHTS[k] * (height / HEIGHTS[k]) ** 2 * np.exp(0.03 * spread * z[1])
    return renumbered(as_columns(FEATURES, np.stack([height, weight], axis=1), "grade", GRADES, k, first=1), "grade", GRADES, numbering)


SCHOOL_GRADES = DataSet(
    label=N_("School grades"),
    source="synthetic; means as in the WHO growth reference 2007 (de Onis et al. 2007), rounded",
    columns=FEATURES + class_columns("grade", GRADES),
    x1="height",
    x2="weight",
    target="grade",
    load=load,
    own=(
        Count("samples", N_("samples"), 300, 12, 4000, log=True),
        Number("spread", N_("spread of the heights in a grade, cm"), 3.0, 0.5, 10.0),
        SEED,
        NUMBERING,
    ),
    rank=35,
    classes="grade",
    one_hot=GRADES,
)
