"""Every network from several seeds, by equal updates, equal epochs, or equal time of a machine that computes many rows at once."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.messages import N_
from core.numerals import numeral, percent
from figures.colors import WALKS
from figures.lines import Line
from labs.deep.run import DeepResult
from labs.deep.seeds import AT_ONCE, CLOCKS, SEEDS, Ending, Seeds, best, clock, endings, over_seeds
from labs.deep.setup import Deep
from views import progress
from views.charts import line_chart
from views.deep.board import name_of
from views.language import language, tr

BY = {
    "updates": (N_("equal updates"), N_("updates")),
    "epochs": (N_("equal epochs"), N_("epochs")),
    "time": (N_("equal time, many rows at once"), N_("time")),
}


def seeds(deep: Deep, result: DeepResult) -> None:
    if result.progress < 1:
        st.caption(tr("Once the training has come to its end."))
        return
    trainings = progress.results_of([over_seeds(network.setup) for network in result.nets])
    by = st.segmented_control(
        tr("compare at"),
        CLOCKS,
        format_func=lambda name: tr(BY[name][0]),
        key=f"deep lines clock {language()}",
        default="updates",
        required=True,
    )
    count = min(len(training.loss) for training in trainings)  # seeds that all have: of others nothing is compared
    if count == 0:
        return
    trainings = [training._replace(loss=training.loss[:count], right=training.right[:count]) for training in trainings]
    drawn = []
    for network, training, stroke in zip(result.nets, trainings, WALKS, strict=False):
        x, name = clock(network.setup, training.update, by or "updates"), name_of(network)
        drawn.append(Line(name, x, np.median(training.loss, axis=0), stroke.color))
        drawn += [Line(name, x, edge(training.loss, axis=0), stroke.color, "dot", width=1.2, named=False) for edge in (np.min, np.max)]
    alt = tr("Training loss over {count} seeds of each network: median and range.").format(count=count)
    line_chart("deep lines seeds", drawn, (tr(BY[by or "updates"][1]), tr("loss")), alt, log=True)
    st.markdown(_table(result, trainings))
    st.caption(
        tr(
            "Solid: the median of the training loss over {seeds} seeds, other weights and another order of the same rows; dotted: its "
            "lowest and highest. Compared at the last moment that all have reached. Time: one unit an update of up to {rows} rows, as on a "
            "machine that computes so many at once; more rows take their turns."
        ).format(seeds=count, rows=AT_ONCE)
    )


def _table(result: DeepResult, trainings: Sequence[Seeds]) -> str:
    """A column each for equal updates, epochs, and time; a row a network, and one that says which is the lowest."""
    setups, heads, columns = [network.setup for network in result.nets], [], []
    for name, (label, unit) in BY.items():
        last, ends = endings(setups, trainings, name)
        heads.append(f"{tr(label)}: {_number(last)} {tr(unit)}")
        cells = [_cell(end, result.nets[0].setup.split.labeled) for end in ends]
        lowest = best(ends) if len(ends) > 1 and len(trainings[0].loss) == SEEDS else None
        if lowest is not None:
            first, clear = lowest
            verdict = tr("lowest with {name}, in every seed") if clear else tr("lowest with {name}, but the seeds overlap")
            cells.append(f"**{verdict.format(name=name_of(result.nets[first]))}**")
        else:
            cells.append("")
        columns.append(cells)
    rows = [name_of(network) for network in result.nets] + [""]
    lines = [f"| {' | '.join((row, *cells))} |" for row, *cells in zip(rows, *columns, strict=False)]
    return "\n".join((f"| | {' | '.join(heads)} |", "|:--|:--|:--|:--|", *lines))


def _cell(end: Ending, labeled: bool) -> str:
    """ "0.155 (0.149 – 0.297); 94 % right on unseen rows"."""
    losses = f"{_number(end.middle)} ({_number(end.low)} – {_number(end.high)})"
    if not labeled or not np.isfinite(end.right):
        return losses
    return f"{losses}; " + tr("{share} % right on unseen rows").format(share=percent(end.right))


def _number(value: float) -> str:
    return numeral(float(f"{value:.3g}")) if np.isfinite(value) else "✕"
