from settings import N_, Option
from surfaces import regression
from surfaces.loss import REDUCE, losses
from surfaces.surface import Surface

_LOSSES = ("mean_squared", "mean_absolute", "huber")

surface = Surface(
    label=N_("linear regression"),
    formula=r"\hat y=b+w_1x_1+w_2x_2",
    source="Gauss 1809",
    loss=regression.loss,
    fields=(
        Option("loss", N_("loss"), "mean_squared", _LOSSES, tuple(losses()[name].label for name in _LOSSES)),
        REDUCE,
        regression.BIAS,
        regression.BIAS_VALUE,
        *losses()["huber"].fields,
    ),
    rank=10,
    needs_data=True,
    smooth=lambda structure: regression.the_loss(structure).smooth,
    axes=regression.axes,
    summary=regression.summary,
    sees=regression.sees,
    predict=regression.predict,
)
