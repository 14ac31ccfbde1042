"""Whose turn it is, of people whose requests differ in how long they take: who has had the least of a worker's time is next."""

import math
from collections.abc import Collection


class Shares:
    """The seconds that each person has had.

    Nobody counts as having had less than who was served last, by more than `credit`: so somebody who comes has a first picture before the
    trainings of others go on, and they wait no longer than that.
    """

    def __init__(self, credit: float = 0.0, most: float = 0.0) -> None:
        """credit: in seconds. most: seconds of one request that count, since longer ones compile for all; 0: first come, first served."""
        self._credit, self._most = credit, most
        self._had: dict[object, float] = {}
        self._served = 0.0  # seconds that who was served had had before; of all so far, the most

    def had(self, person: object) -> float:
        """Seconds, as they count."""
        return max(self._had.get(person, -math.inf), self._served - self._credit)

    def took(self, people: Collection[object], seconds: float) -> None:
        """A request has been answered, for which these people waited, each once: they share its time."""
        before = {person: self.had(person) for person in people}
        self._served = max(self._served, *before.values())
        after = {person: had + min(seconds, self._most) / len(before) for person, had in before.items()}
        floor = self._served - self._credit
        self._had = {person: had for person, had in (self._had | after).items() if had > floor}
