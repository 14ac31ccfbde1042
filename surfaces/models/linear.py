from core.messages import N_
from core.settings import option_of
from surfaces import regression
from surfaces.loss import REDUCE, losses
from surfaces.surface import Surface

_LOSSES = {name: loss for name, loss in losses().items() if not loss.labels}

surface = Surface(
    label=N_("linear regression"),
    formula=r"\hat y=b+w_1x_1+w_2x_2",
    source="Gauss 1809",
    loss=regression.loss,
    fields=(
        option_of("loss", N_("loss"), "mean_squared", _LOSSES),
        REDUCE,
        regression.BIAS,
        regression.BIAS_VALUE,
        *(field for loss in _LOSSES.values() for field in loss.fields),
    ),
    rank=10,
    needs_data=True,
    smooth=lambda structure: regression.the_loss(structure).smooth,
    baseline=regression.baseline,
    bias=regression.bias_at_best,
    axes=regression.axes,
    summary=regression.summary,
    linear=regression.linear,
    inputs=regression.inputs,
    predict=regression.predict,
)
