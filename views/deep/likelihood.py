"""Cross-entropy is maximum likelihood: two numbers by two routes, of every network that is raced, and their difference."""

import streamlit as st

from core.numerals import numeral
from labs.deep.likelihood import likelihood
from labs.deep.run import DeepResult
from views.deep.board import loss_of
from views.language import tr


def power_of_ten(power: float) -> str:
    """10 to a power, as m · 10ᵏ with the mantissa between 1 and 10."""
    whole = int(power // 1)
    return f"{10 ** (power - whole):.2f} · 10<sup>{numeral(whole)}</sup>"


def same_number(result: DeepResult) -> None:
    """At the end of every training, of the training rows."""
    st.markdown(tr("**Minimizing the cross-entropy maximizes the likelihood:** it is one number by two routes."))
    columns = st.columns(len(result.nets))
    for column, one in zip(columns, result.nets, strict=True):
        found = likelihood(one.setup, one.record.last)
        if found is None:
            column.markdown(tr("{loss}: its scores have exploded, and no number holds their likelihood.").format(loss=loss_of(one)))
            continue
        rows = (
            (tr("likelihood of all {n} labels, Π p(y∣x)").format(n=found.n), power_of_ten(found.power)),
            (tr("its −(1/N) ln"), f"{found.nll:.12g}"),
            (tr("cross-entropy, mean of −Σ ŷ ln p"), f"{found.entropy:.12g}"),
            (tr("difference"), numeral(found.difference)),
        )
        table = "\n".join(f"| {label} | {value} |" for label, value in rows)
        with column:
            st.markdown(
                f"| {loss_of(one)} | {tr('after {k} updates').format(k=int(one.record.update[one.record.last]))} |\n|:--|--:|\n{table}",
                unsafe_allow_html=True,
            )
