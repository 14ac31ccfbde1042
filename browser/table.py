"""A table whose rows can be picked. Streamlit's own would bring pandas and pyarrow into this process, 45 MB of them."""

from collections.abc import Callable, Sequence

import streamlit as st

from browser.static_files import component

_TABLE = component("table")


def table(
    label: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    button: int,
    current: int | None,
    key: str,
    on_pick: Callable[[], None],
) -> None:
    """Draw the table; in `on_pick`, `picked_row(key)` is the row that a person picked.

    label: what a screen reader calls it. button: the column whose cells are buttons; the rest of a row can be clicked, too.
    current: the row that is marked.
    """
    # Tuples: in a list Streamlit looks for a table, and imports pandas to do so.
    data = {"label": label, "columns": tuple(columns), "rows": tuple(map(tuple, rows)), "button": button, "current": current}
    _TABLE(key=key, data=data, on_picked_change=on_pick)


def picked_row(key: str) -> int | None:
    """The row that was picked just now. For use in `on_pick`."""
    row = st.session_state.get(key, {}).get("picked")
    return row if isinstance(row, int) else None
