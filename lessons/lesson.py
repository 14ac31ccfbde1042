"""A lesson: one question before the picture, the picture, and the answer with its numbers. Predict first, then reveal."""

from collections.abc import Callable
from dataclasses import dataclass

from core.messages import Message
from labs.deep.setup import Deep
from labs.plane.setup import Experiment


@dataclass(frozen=True)
class Lesson:
    """One question, predicted before it is answered."""

    label: str
    page: str  # the key of the page it plays on
    experiment: Experiment | Deep
    intro: str  # what is set up, before the question
    question: str
    choices: tuple[str, ...]
    answer: Callable[[], Message]  # the sentence under the picture; its numbers are computed, never typed
    rank: int = 100
    chart: str = ""  # of deep networks: which one stands under the picture
