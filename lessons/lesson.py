"""A lesson: one question before the picture, the picture, and the answer with its numbers. Predict first, then reveal."""

from collections.abc import Callable
from dataclasses import dataclass

from core.messages import Message
from labs.deep.setup import Deep
from labs.plane.setup import Experiment


@dataclass(frozen=True)
class Lesson:
    """page: the key of the page it plays on. told: what is done, before the question. answer(): the sentence under the picture; its
    numbers are computed, never typed. chart: of deep networks, the one that is shown under the picture."""

    label: str
    page: str
    experiment: Experiment | Deep
    told: str
    question: str
    choices: tuple[str, ...]
    answer: Callable[[], Message]
    rank: int = 100
    chart: str = ""
