"""Nothing: layers of it are one linear map."""

from core.messages import N_
from surfaces.activation import Activation

activation = Activation(
    label=N_("linear"),
    formula=r"z",
    source="",
    function=lambda z: z,
    homogeneous=True,
    rank=50,
)
