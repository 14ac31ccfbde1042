"""A lesson: one question before the picture, the picture, and the answer with its numbers. Predict first, then reveal."""

from collections.abc import Callable
from dataclasses import dataclass

from experiment import Experiment
from settings import Message


@dataclass(frozen=True)
class Lesson:
    """page: the key of the page it plays on. told: what is done, before the question. answer(): the sentence under the picture; its
    numbers are computed, never typed."""

    label: str
    page: str
    experiment: Experiment
    told: str
    question: str
    choices: tuple[str, ...]
    answer: Callable[[], Message]
    rank: int = 100
