"""The topics of the page of losses. Two of them, which hold other things than an Experiment, are pages of their own."""

from collections.abc import Mapping

from core.messages import N_
from views.session import E, Scene
from views.topics import Elsewhere, topics

LABELS = {
    "output": N_("Output space"),
    "two": N_("Two classes"),
    "encodings": N_("Encodings"),
    "classifier": N_("Classifier"),
    "masks": N_("Masks"),
}
PAGES = {"classifier": "views/pages/classifier.py", "masks": "views/pages/masks.py"}


def loss_topics(scene: Scene[E], scenes: Mapping[str, E], now: str | None = None) -> str:
    """The row of topics: scenes of those that are on this page; now: the topic, on a page that is one alone."""
    pages = {
        name: Elsewhere(PAGES[name], {}) if name in PAGES else Elsewhere("views/pages/loss.py", {"topic": name})
        for name in LABELS
        if name not in scenes and name != now
    }
    return topics(scene, LABELS, scenes, pages, now)
