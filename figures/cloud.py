"""The data as the model sees it: what the two drawn weights multiply, or feature and target where one of them is the bias."""

import numpy as np
from jaxtyping import Float

from figures.colors import DATA
from figures.figure import SMALL_MARGIN, Figure, hover, small_axis


def cloud(x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"], axes: tuple[str, str], *, equal: bool, most: int = 600) -> Figure:
    """At most `most` points are drawn, evenly taken from the rows."""
    take = np.linspace(0, len(x) - 1, min(most, len(x))).astype(int)
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": x[take].astype(np.float32),
        "y": y[take].astype(np.float32),
        "marker": {"size": 5, "color": DATA, "opacity": 0.65},
        "hovertemplate": hover(axes),
    }
    horizontal, vertical = small_axis(axes[0]), small_axis(axes[1])
    if equal:
        reach = 0.55 * max(float(np.ptp(x)), float(np.ptp(y)), 1e-12)
        middle = (0.5 * float(x.min() + x.max()), 0.5 * float(y.min() + y.max()))
        horizontal["range"] = [middle[0] - reach, middle[0] + reach]
        vertical |= {"range": [middle[1] - reach, middle[1] + reach], "scaleanchor": "x"}
    layout = {"xaxis": horizontal, "yaxis": vertical, "showlegend": False, "margin": SMALL_MARGIN}
    return {"data": [trace], "layout": layout}
