"""What the tables that are drawn at random have in common: two features, how many rows, and the seed of the draws."""

from core.messages import N_
from core.settings import Count, Number
from data.dataset import Column

FEATURES = (Column("x₁"), Column("x₂"))
SEED = Count("seed", N_("seed"), 0, 0, 9999)
CLASSES = Count("classes", N_("classes"), 2, 2, 5)  # as it can be set, there is no column for each


def sample_count(default: int) -> Count:
    return Count("samples", N_("samples"), default, 4, 4000, log=True)


def noise_of_points(default: float, high: float) -> Number:
    """σ of what is added to both features."""
    return Number("noise", N_("noise of the points"), default, 0.0, high)
