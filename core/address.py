"""The address and back: a setup as flat text, `surface=network&surface.gain=8&o1=adam&o1.rate=0.01&v=1`, by what its fields declare.

What equals the page's opening scene is left out. Reading never raises: what cannot be read becomes the opening scene's, and one line
says so.
"""

from collections.abc import Collection, Mapping
from typing import TypeVar

from core.messages import N_, Message, message, quoted
from core.query import Query
from core.setup import Setup

VERSION = "1"
LANGUAGE = "lang"

E = TypeVar("E", bound=Setup)
V = TypeVar("V", bound=Setup)


def write(setup: E, view: V, opening: E) -> dict[str, str]:
    """The query of a scene, a setup and a view of it, beside the page's opening setup and the view's defaults."""
    query = setup.changes(opening) | view.changes(type(view)())
    return query | {"v": VERSION} if query else {}


def read(query: Mapping[str, str], opening: E, view: V, names: Collection[str] = ()) -> tuple[E, V, list[Message]]:
    """The scene that an address means, and what was refused on the way. names: those that a Name may be."""
    left = Query(query, names)
    version = left.left.pop("v", VERSION)
    if version != VERSION:
        left.refused.append(message(N_("This link is of version {v}; it is read as version 1."), v=quoted(version)))
    left.left.pop(LANGUAGE, None)
    setup, shown = opening.from_query(left), view.from_query(left)
    unknown = [message(N_("{key} is not known here and was left out."), key=quoted(key)) for key in left.left]
    return setup, shown, left.refused + unknown
