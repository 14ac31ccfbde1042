"""The tables of the page of masks: every method in every number format, the numbers behind that, and −2³² + 1 as formats hold it."""

import html
import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st

from core.numerals import numeral
from labs.masks.method import mask_methods
from labs.masks.run import Masks, Outcome, Table
from labs.masks.setup import FORMATS
from labs.masks.verdict import just_below, sums_to_one, verdict
from views.language import say, tr

# light-dark() follows Streamlit's color scheme, as in style.py. A phone breaks lines anywhere rather than to scroll sideways.
_STYLE = """
<style>
  .esl-masks { width: 100%; border-collapse: separate; border-spacing: 3px; font-size: 0.9rem; line-height: 1.25; }
  .esl-masks caption { text-align: start; font-weight: 600; padding: 0.1rem 0 0.2rem; }
  .esl-masks th { font-weight: 400; text-align: start; padding: 0.1rem 0.3rem; white-space: nowrap; }
  .esl-masks td { padding: 0.2rem 0.35rem; border-radius: 0.3rem; }
  .esl-masks .esl-named { font-weight: 700; }
  .esl-good { background: light-dark(#d9efe4, #14432f); }
  .esl-wrong { background: light-dark(#fbe6c8, #5a3a08); }
  .esl-nan { background: light-dark(#f9cfe0, #6b1440); }
  @media (max-width: 700px) {
    .esl-masks { font-size: 0.78rem; border-spacing: 2px; table-layout: fixed; overflow-wrap: anywhere; }
    .esl-masks td, .esl-masks th { padding: 0.2rem 0.15rem; white-space: normal; }
  }
</style>
"""


class Cell(NamedTuple):
    """A cell of a table."""

    text: str
    style: str = ""  # good, wrong, nan, or named, which stands out


def written(value: float) -> str:
    """A number as people read it, or NaN."""
    return "NaN" if math.isnan(value) else numeral(value)


def short(value: float) -> str:
    """The same with three digits."""
    return written(float(f"{value:.3g}"))


def total(outcome: Outcome, number_format: str) -> str:
    """The sum of the shares: 1 where it is 1 to rounding; where three digits do not tell it from 1, what is missing."""
    if sums_to_one(outcome, number_format):
        return "1"
    if just_below(outcome.sum, number_format, len(outcome.p), 3):
        return f"1 − {numeral(float(f'{1 - outcome.sum:.1g}'))}"
    return short(outcome.sum)


def _listed(values: Iterable[float]) -> str:
    """One for all, where all are the same."""
    each = [short(float(value)) for value in values]
    return tr("all {value}").format(value=each[0]) if len(set(each)) == 1 else ", ".join(each)


def _grouped(value: float) -> str:
    return f"{value:,.0f}".replace("-", "−")


def _table(caption: str, columns: Sequence[Cell], rows: Sequence[tuple[Cell, Sequence[Cell]]]) -> str:
    """rows: the head of each, and its cells."""

    def html_of(cell: Cell, tag: str, scope: str = "") -> str:
        style = f' class="esl-{cell.style}"' if cell.style else ""
        return f"<{tag}{scope}{style}>{html.escape(cell.text)}</{tag}>"

    of_column, of_row = ' scope="col"', ' scope="row"'
    head = "".join(html_of(cell, "th", of_column) for cell in columns)
    body = "".join(f"<tr>{html_of(name, 'th', of_row)}{''.join(html_of(cell, 'td') for cell in cells)}</tr>" for name, cells in rows)
    return f'<table class="esl-masks"><caption>{html.escape(caption)}</caption><tr><td></td>{head}</tr>{body}</table>'


def _methods() -> list[tuple[str, Cell]]:
    """The name of each, the safe one's stands out."""
    return [(name, Cell(tr(method.label), "named" if method.safe else "")) for name, method in mask_methods().items()]


def _both(masks: Masks, whole: bool) -> list[tuple[str, Table]]:
    """whole: every position is padding, so that there is only one case to be shown."""
    return ([] if whole else [(tr("with this padding"), masks.here)]) + [(tr("with nothing but padding"), masks.empty)]


def verdicts(masks: Masks, drawn: str, whole: bool) -> None:
    """Good and bad are told by a mark, by words and by color. drawn: the format of the picture."""

    def judged(outcome: Outcome, number_format: str) -> Cell:
        kind, reason = verdict(outcome, number_format)
        return Cell(f"{'✓' if kind == 'good' else '✗'} {say(reason)}", kind)

    columns = [Cell(number_format, "named" if number_format == drawn else "") for number_format in FORMATS]
    tables = [
        _table(caption, columns, [(label, [judged(table[each][name], each) for each in FORMATS]) for name, label in _methods()])
        for caption, table in _both(masks, whole)
    ]
    st.html(_STYLE + "".join(tables))
    st.caption(tr("✓: every share is a number, padding gets exactly 0, kept ones sum to 1 (to rounding), and the gradient is a number."))


def numbers(masks: Masks, drawn: str, whole: bool) -> None:
    """Sum, largest share of a padding, output and gradient, in the format of the picture."""

    def measured(outcome: Outcome) -> list[Cell]:
        leaked = "—" if outcome.kept.all() else written(outcome.leaked)
        summed = total(outcome, drawn) if just_below(outcome.sum, drawn, len(outcome.p), 4) else written(outcome.sum)
        return [Cell(text) for text in (summed, leaked, written(float(outcome.output)), _listed(outcome.slope))]

    columns = [Cell(text) for text in (tr("sum of the shares"), tr("largest share of a padding"), tr("output o"), tr("∂o/∂y by position"))]
    for caption, table in _both(masks, whole):
        st.html(_table(f"{drawn}, {caption}", columns, [(label, measured(table[drawn][name])) for name, label in _methods()]))
    st.caption(
        tr(
            "o = Σ i·p: what attention reads where the value at position i is the number i. Its gradient by the values is p itself, so "
            "where p is NaN, so is that. Replacing lets no gradient reach the score of a padding: it is 0 there even where p is NaN."
        )
    )


def formats(masks: Masks) -> None:
    """−2³² + 1 as each format holds it, and what is left of a score that it is added to."""
    rows = []
    for name in FORMATS:
        stored, spacing, left, _ = masks.stored[name]
        apart = numeral(spacing) if spacing is None or spacing < 1 else _grouped(spacing)
        rows.append(
            (Cell(name), [Cell(text) for text in (_grouped(stored) if np.isfinite(stored) else written(stored), apart, _listed(left))])
        )
    columns = [Cell(text) for text in (tr("−2³² + 1 is"), tr("spacing there"), tr("what is left of the scores"))]
    st.html(_table(tr("add −2³² + 1 to the scores and take it away again"), columns, rows))
    st.caption(
        tr(
            "From −2³² to −2³¹ numbers stand this far apart, below −2³² twice as far, and a sum is rounded to the nearest: small scores "
            "are absorbed. So with nothing but padding all sums are alike, and the shares exactly uniform; in float64 the scores survive, "
            "and the shares are as without a mask. float16 ends at −65504: there the number is −∞, and −∞ − (−∞) is NaN."
        )
    )
    st.caption(
        tr(
            "A padding gets exactly 0 only while the largest kept score is far enough above −2³² + 1: exp(−x) is 0 for every x from "
            "{least} (float16) to {most} (float64) on. It is not 0 where nothing is kept, or where kept scores are about −4·10⁹ themselves."
        ).format(least=numeral(masks.stored["float16"].underflow), most=numeral(masks.stored["float64"].underflow))
    )
