"""A slider that sends its value while it is dragged, with at most one value in flight.

It is a controlled component: it shows the `value` it is given. Read the new value in `on_change` with `slider_value(key)`, store it, and
pass it back in the next run:

    def taken() -> None:
        st.session_state.rate = slider_value("rate slider")

    slider("Learning rate", st.session_state.rate, 1e-4, 1.0, key="rate slider", log=True, on_change=taken)
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import streamlit as st

from browser.static_files import component

STOPS = 100  # of the track, as many as arrow keys find
WIDE = 10.0  # a wide track is linear up to about there, and logarithmic beyond
_SLIDER = component("slider")


def slider(
    label: str,
    value: float,
    low: float,
    high: float,
    *,
    key: str,
    on_change: Callable[[], None],
    log: bool = False,
    wide: bool = False,
    integer: bool = False,
    symbol: str = "",
    unit: str = "",
    ticks: Sequence[tuple[float, str]] = (),
    marks: Sequence[tuple[float, str, str]] = (),
    help: str = "",
    play: str = "",
) -> float:
    """Draw the slider and return the value that it shows: `value`, clipped to [low, high].

    `ticks` are (value, label) below the track: buttons that set exactly that value. `marks` are (value, label, color) above it: positions
    to show, such as a limit. Those outside of [low, high] are left out. `play`: the label of a button that plays from end to end; "" for
    none.
    """
    if not low < high:
        raise ValueError(f"the slider {label!r} needs low < high, not {low} and {high}")
    if log and low <= 0:
        raise ValueError(f"the logarithmic slider {label!r} needs low > 0, not {low}")
    shown = min(max(float(value), low), high) if math.isfinite(value) else low
    if integer:
        shown = float(round(shown))
    sent = _sent(key)
    _SLIDER(
        key=key,
        data={
            "label": label,
            "value": shown,
            "low": low,
            "high": high,
            "log": log,
            "wide": WIDE if wide else 0,
            "integer": integer,
            "symbol": symbol,
            "unit": unit,
            # Tuples: in a list Streamlit looks for a table, and imports pandas to do so.
            "ticks": tuple((at, text) for at, text in ticks if low <= at <= high),
            "marks": tuple((at, text, color) for at, text, color in marks if low <= at <= high),
            "help": help,
            "play": play,
            "control": key,
            "stops": stops(low, high, [at for at, _ in ticks], log=log, wide=wide, integer=integer),
            "answered": int(sent["turn"]) if sent else 0,
        },
        on_sent_change=on_change,
    )
    return shown


def stops(
    low: float, high: float, ticks: Sequence[float] = (), *, log: bool = False, wide: bool = False, integer: bool = False
) -> tuple[float, ...]:
    """The values at which a drag can stop: every hundredth of the track, rounded to what the track can resolve, and every tick."""
    return _stops(low, high, tuple(ticks), log, wide, integer)


@lru_cache(64)
def _stops(low: float, high: float, ticks: tuple[float, ...], log: bool, wide: bool, integer: bool) -> tuple[float, ...]:
    places = (i / STOPS for i in range(1, STOPS))
    if wide:
        ends = math.asinh(low / WIDE), math.asinh(high / WIDE)
        far = (WIDE * math.sinh(ends[0] + (ends[1] - ends[0]) * place) for place in places)
        inner = {_tidy(value, math.hypot(value, WIDE) * (ends[1] - ends[0]) / 500) for value in far}
        return tuple(sorted({low, high, *inner, *(tick for tick in ticks if low <= tick <= high)}))
    values = (low * (high / low) ** place if log else low + (high - low) * place for place in places)
    if integer:
        inner = {float(round(value)) for value in values}
    else:
        inner = {_tidy(value, value * min(0.01, math.log(high / low) / 500) if log else (high - low) / 500) for value in values}
    return tuple(sorted({low, high, *inner, *(tick for tick in ticks if low <= tick <= high)}))


def _tidy(value: float, pixel: float) -> float:
    return round(value, -math.floor(math.log10(pixel)))


def slider_value(key: str) -> float | None:
    """The value that a person last set; None if the slider was never touched. For use in `on_change`."""
    sent = _sent(key)
    return float(sent["value"]) if sent else None


def slider_dragging(key: str) -> bool:
    """Whether the slider was still being dragged when it sent that value."""
    sent = _sent(key)
    return bool(sent and sent["moving"])


def _sent(key: str) -> Mapping[str, float] | None:
    """The last message of the browser: the value, whether it is still dragged, and a sequence number."""
    sent = st.session_state.get(key, {}).get("sent")
    if not isinstance(sent, Mapping):
        return None
    value, turn = sent.get("value"), sent.get("turn")
    if not isinstance(value, int | float) or not isinstance(turn, int) or not math.isfinite(value):
        return None
    return {"value": value, "turn": turn, "moving": float(bool(sent.get("moving")))}
