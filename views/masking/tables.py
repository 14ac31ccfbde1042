"""The tables of the page of masks: every method in every number format, the numbers behind that, and −2³² + 1 as formats hold it."""

import html
import math
from collections.abc import Iterable

import numpy as np
import streamlit as st

from masking.masked import FORMATS
from masking.method import mask_methods
from masking.run import Masks, Outcome, Table
from masking.verdict import verdict
from numerals import numeral
from views.words import say, tr

# light-dark() follows Streamlit's color scheme, as in look.py.
_STYLE = """
<style>
  .esl-verdicts { width: 100%; border-collapse: separate; border-spacing: 3px; font-size: 0.9rem; line-height: 1.25; }
  .esl-verdicts caption { text-align: start; font-weight: 600; padding: 0.1rem 0 0.2rem; }
  .esl-verdicts th { font-weight: 400; text-align: start; padding: 0.1rem 0.3rem; white-space: nowrap; }
  .esl-verdicts td { padding: 0.2rem 0.35rem; border-radius: 0.3rem; }
  .esl-verdicts .esl-drawn { font-weight: 700; }
  .esl-good { background: light-dark(#d9efe4, #14432f); }
  .esl-wrong { background: light-dark(#fbe6c8, #5a3a08); }
  .esl-nan { background: light-dark(#f9cfe0, #6b1440); }
  @media (max-width: 700px) {
    .esl-verdicts { font-size: 0.78rem; border-spacing: 2px; table-layout: fixed; overflow-wrap: anywhere; }
    .esl-verdicts td, .esl-verdicts th { padding: 0.2rem 0.15rem; white-space: normal; }
  }
</style>
"""


def written(value: float) -> str:
    """A number as people read it; what is none is said."""
    return "NaN" if math.isnan(value) else numeral(value)


def short(value: float) -> str:
    """The same with three digits."""
    return written(float(f"{value:.3g}"))


def _listed(values: Iterable[float]) -> str:
    return ", ".join(map(short, values))


def _verdicts(table: Table, says: str, drawn: str) -> str:
    """Good and bad are told by a mark, by words and by color."""
    head = "".join(f'<th scope="col"{" class=esl-drawn" if name == drawn else ""}>{name}</th>' for name in FORMATS)
    rows = []
    for name, method in mask_methods().items():
        cells = []
        for number_format in FORMATS:
            kind, said = verdict(table[number_format][name], number_format)
            cells.append(f'<td class="esl-{kind}">{"✓" if kind == "good" else "✗"} {html.escape(say(said))}</td>')
        label = html.escape(tr(method.label))
        rows.append(f'<tr><th scope="row">{f"<b>{label}</b>" if method.safe else label}</th>{"".join(cells)}</tr>')
    return f'<table class="esl-verdicts"><caption>{html.escape(says)}</caption><tr><td></td>{head}</tr>{"".join(rows)}</table>'


def verdicts(masks: Masks, drawn: str, whole: bool) -> None:
    """whole: every position is padding, so that there is only one table to be shown. drawn: the format of the picture."""
    shown = [] if whole else [_verdicts(masks.here, tr("with this padding"), drawn)]
    shown.append(_verdicts(masks.empty, tr("with nothing but padding"), drawn))
    st.html(_STYLE + "".join(shown))


def _row(name: str, outcome: Outcome) -> str:
    cells = (
        name,
        written(outcome.sum),
        written(outcome.leaked) if not outcome.kept.all() else "—",
        written(float(outcome.output)),
        _listed(outcome.slope),
    )
    return f"| {' | '.join(cells)} |"


def numbers(masks: Masks) -> None:
    """Sum, largest share of a padding, output and gradient: of every method, in every format."""
    columns = (tr("method"), tr("sum"), tr("largest share of a padding"), tr("output o"), tr("∂o/∂y by position"))
    head = f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"
    for says, table in ((tr("with this padding"), masks.here), (tr("with nothing but padding"), masks.empty)):
        for number_format in FORMATS:
            st.markdown(f"**{number_format}**, {says}")
            st.markdown(head + "\n".join(_row(tr(method.label), table[number_format][name]) for name, method in mask_methods().items()))
    st.caption(
        tr(
            "o = Σ i·p: what attention reads where the value at position i is the number i. Its gradient by the values is p itself, so "
            "where p is NaN, so is that. Replacing lets no gradient reach the score of a padding: it is 0 there even where p is NaN."
        )
    )


def formats(masks: Masks) -> None:
    """−2³² + 1 as each format holds it, and what is left of a score that it is added to."""
    columns = (tr("number format"), tr("−2³² + 1 is"), tr("spacing there"), tr("of the scores are left, after adding it"))
    rows = []
    for name in FORMATS:
        found = masks.stored[name]
        held = written(found.fill) if not np.isfinite(found.fill) else f"{found.fill:,.0f}".replace("-", "−")
        rows.append(f"| {name} | {held} | {numeral(found.spacing)} | {_listed(found.left)} |")
    st.markdown(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n" + "\n".join(rows))
    st.caption(
        tr(
            "Below −2³¹ numbers stand this far apart (below −2³² twice as far), and a sum is rounded to the nearest: small scores are "
            "absorbed. So with nothing but padding all sums are alike, and the shares exactly uniform; in float64 the scores survive, and "
            "the shares are as without a mask. float16 ends at −65504: there the number is −∞, and −∞ − (−∞) is NaN."
        )
    )
    st.caption(
        tr(
            "A padding gets exactly 0 only while the largest kept score is far enough above −2³² + 1: exp(−x) is 0 for every x from "
            "{least} (float16) to {most} (float64) on. It is not 0 where nothing is kept, or where kept scores are about −4·10⁹ themselves."
        ).format(least=numeral(masks.stored["float16"].underflow), most=numeral(masks.stored["float64"].underflow))
    )
