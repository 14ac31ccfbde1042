"""The nearest scene that this host affords: what an address or a control may ask for is bounded by what it costs."""

from typing import cast

from core.messages import Message
from labs.deep import cost as deep_cost
from labs.deep.setup import Deep
from labs.plane import cost as plane_cost
from labs.plane.setup import Experiment
from views.session import E


def affordable(setup: E) -> tuple[E, Message | None]:
    """The setup, or the nearest one that fits, with one line that says so."""
    match setup:
        case Deep():
            return cast(tuple[E, Message | None], deep_cost.affordable(setup))
        case Experiment():
            return cast(tuple[E, Message | None], plane_cost.affordable(setup))
        case _:
            return setup, None
