"""Pages without a browser: how the tests open one, and how they read what it sent."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from browser.board import AGAIN, NAME
from tests.test_pack import unpack
from views.plane.board import in_steps

APP = Path(__file__).resolve().parents[1] / "app.py"
# Every run of a page begins a runtime of Streamlit's, which reads through all installed packages for components. That would take as long
# as the page itself; what is installed stays.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
CONTROLS = ("selectbox", "button_group", "toggle", "radio", "button", "checkbox", "text_input", "number_input")


def opened(page: str = "scale", query: Mapping[str, str] | None = None, **state: object) -> AppTest:
    """A new session that follows a link to a page, named by its path. An underscore in a key of the state stands for a space.

    `AppTest.switch_page` knows the pages after a first run only, and that run would draw the Scale page before every other. The session
    begins on the page instead, as a browser's does: by the hash of its path, which is how Streamlit finds it.
    """
    at = AppTest.from_file(APP, default_timeout=250)
    if page != "scale":
        at._page_hash = calc_hash(page)
    for key, value in state.items():
        at.session_state[key.replace("_", " ")] = value
    return at_address(at, query or {})


def at_address(at: AppTest, query: Mapping[str, str]) -> AppTest:
    """The same session, its address changed: Back, Forward, or a link typed over it."""
    at.query_params = dict(query)
    return fine(at.run())


def fine(at: AppTest) -> AppTest:
    raised = [f"{shown.message} {list(shown.stack_trace)[-1:]}" for shown in at.exception]
    assert raised == []
    return at


def steps(updates: int) -> str:
    """So many updates in the words of a panel."""
    return " ".join(in_steps(updates))


class Panel(NamedTuple):
    title: str
    subtitle: str
    facts: dict[str, str]
    counts: list[str]  # of each walk: number and unit
    details: list[str]

    @property
    def condition(self) -> str:
        return self.facts["condition number κ"]

    @property
    def limit(self) -> str:
        """2/λmax: a speed limit on a quadratic alone."""
        return self.facts.get("speed limit 2/λmax") or self.facts["2/λmax at the minimum"]


def components(at: AppTest, kind: str) -> list[Any]:
    """What each component of a kind was sent."""
    return [element.proto for element in at.get("bidi_component") if element.proto.component_name == f"error_surface_{kind}"]


def sliders(at: AppTest) -> dict[str, dict[str, Any]]:
    """What each slider shows, by its label."""
    sent = [json.loads(proto.json) for proto in components(at, "slider")]
    return {slider["label"]: slider for slider in sent}


def board(at: AppTest) -> dict[str, Any]:
    """What the board of the page was sent, its parcels put in."""
    (proto,) = components(at, "board")
    sent = unpack(proto.bytes)
    assert isinstance(sent, dict)
    parcels = {proto.bytes[:NAME].decode(): unpack(proto.bytes[NAME + AGAIN :]) for proto in components(at, "parcel")}
    return {**sent, "panels": [panel | parcels[panel["picture"]] | parcels[panel["walks"]] for panel in sent["panels"]]}


def panels(at: AppTest) -> list[Panel]:
    return [
        Panel(
            panel["title"],
            panel["subtitle"],
            {fact["label"]: fact["value"] for fact in panel["facts"]},
            [f"{walk['count']} {walk['unit']}" for walk in panel["walks"]],
            [walk["detail"] for walk in panel["walks"]],
        )
        for panel in board(at)["panels"]
    ]


def charts(at: AppTest) -> dict[str, dict[str, Any]]:
    """What each chart was sent, by its key."""
    return {proto.id: dict(unpack(proto.bytes)) for proto in components(at, "chart")}  # type: ignore[call-overload]


def alternatives(at: AppTest) -> list[str]:
    """The alternative text of each chart."""
    return [chart["alt"] for chart in charts(at).values()]


def open_controls(at: AppTest) -> list[str]:
    """The controls that lie open on a page: not the switches of topics and of language, which are navigation, nor what is folded away."""
    found = [str(element.key) for kind in CONTROLS for element in at.main.get(kind)]
    found += [proto.id for proto in components(at, "slider")]
    return [key for key in found if not key.startswith(("topics ", "language "))]


def headings(at: AppTest) -> list[str]:
    return [said.value for said in at.title]


def takeaways(at: AppTest) -> list[str]:
    return [said.value for said in at.header]


def told(at: AppTest) -> str:
    (said,) = (caption.value for caption in at.caption if caption.value.startswith("Drawn: ") or "drawn as it is" in caption.value)
    return str(said)
