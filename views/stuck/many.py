"""Many dimensions: how rarely a critical point is a minimum, if its curvatures were random, and why that is a model and no more."""

import math

import numpy as np
import streamlit as st

from core.numerals import numeral
from figures.colors import WALKS
from figures.lines import Line
from labs.plane.random_matrices import DRAWS, shares
from views.charts import line_chart
from views.language import tr


def _share(share: float, deviation: float) -> str:
    """ "0.0025 ± 0.0001"; below what so many draws can tell, "< 0.000005"."""
    if share == 0:
        return f"< {1 / DRAWS:f}"
    digits = -math.floor(math.log10(deviation))
    return f"{share:.{digits}f} ± {deviation:.{digits}f}"


def many_dimensions() -> None:
    found = shares()
    n = found.dimension
    drawn = [
        Line(tr("all eigenvalues positive: a minimum"), n, np.where(found.minimum > 0, found.minimum, np.nan), WALKS[0].color, dots=True),
        Line(tr("both signs: a saddle"), n, np.where(found.saddle > 0, found.saddle, np.nan), WALKS[1].color, dots=True),
        Line(tr("n coins, 2⁻ⁿ"), n, 0.5**n, WALKS[2].color, "dot"),
    ]
    counts = ", ".join(_share(*both) for both in zip(found.minimum, found.deviation, strict=True))
    alt = tr("Share of random symmetric matrices whose eigenvalues are all positive, for n = 1 to {most}: {shares}.")
    alt = alt.format(most=int(n[-1]), shares=counts)
    line_chart("many dimensions", drawn, (tr("dimension n"), tr("share of the matrices")), alt, log=True)
    st.markdown(alt)
    st.caption(
        tr(
            "{draws} matrices of each dimension, entries from the normal distribution, the same in every direction. Half of all "
            "eigenvalues are positive ({half}), yet they are no independent coins: they repel each other, and that all have one sign is "
            "far rarer than 2⁻ⁿ (Dean & Majumdar 2006)."
        ).format(draws=f"{DRAWS:,}", half=numeral(float(f"{found.positive[-1]:.3g}")))
    )
    st.caption(
        tr(
            "A model, and no more: the Hessian of a network is no random matrix. Where its loss is low, few eigenvalues are negative "
            "(Dauphin et al. 2014) and most are near zero (Sagun et al. 2017): see the spectrum under Why it helps on Deep networks."
        )
    )
