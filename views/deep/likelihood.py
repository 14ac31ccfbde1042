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
    for column, network in zip(st.columns(len(result.nets)), result.nets, strict=True):
        record = network.record
        both = likelihood(network.setup, record.last)
        if both is None:
            column.markdown(tr("{loss}: its scores have exploded, and no number holds their likelihood.").format(loss=loss_of(network)))
            continue
        rows = (
            (tr("likelihood of all {n} labels, Π p(y∣x)").format(n=both.n), power_of_ten(both.power)),
            (tr("its −(1/N) ln"), f"{both.nll:.12g}"),
            (tr("cross-entropy, mean of −Σ ŷ ln p"), f"{both.entropy:.12g}"),
            (tr("difference"), numeral(both.difference)),
        )
        table = "\n".join(f"| {label} | {value} |" for label, value in rows)
        updates = tr("after {k} updates").format(k=int(record.update[record.last]))
        column.markdown(f"| {loss_of(network)} | {updates} |\n|:--|--:|\n{table}", unsafe_allow_html=True)
