from core.messages import N_
from surfaces import regression
from surfaces.loss import REDUCE
from surfaces.surface import Surface

surface = Surface(
    label=N_("logistic regression"),
    formula=r"P(y=1)=\sigma(b+w_1x_1+w_2x_2)",
    source="Cox 1958",
    loss=regression.loss,
    fields=(REDUCE, regression.BIAS, regression.BIAS_VALUE),
    rank=20,
    needs_data=True,
    baseline=regression.baseline,
    bias=regression.bias_at_best,
    axes=regression.axes,
    summary=regression.summary,
    linear=regression.linear,
    inputs=regression.inputs,
    predict=regression.predict,
)
