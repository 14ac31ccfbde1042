"""What a person picked on the page of masks: scores, padding and a number format, flat and frozen. run() makes arrays of it."""

from dataclasses import dataclass, replace
from functools import partial

from core.fields import number, option
from core.messages import N_
from core.setup import Setup

LENGTH = 6
FORMATS = ("float64", "float32", "bfloat16", "float16")

_score = partial(number, N_("score"), low=-1e4, high=1e4)
_padding = partial(option, N_("padding"), choices=("no", "yes"), labels=(N_("kept"), N_("padding")))


@dataclass(frozen=True)
class Masked(Setup):
    """A sequence of six positions: the score of each, and whether it is padding. format: the number format that is shown."""

    y1: float = _score(default=2.0)
    y2: float = _score(default=1.0)
    y3: float = _score(default=0.5)
    y4: float = _score(default=-1.0)
    y5: float = _score(default=1.5)
    y6: float = _score(default=0.0)
    pad1: str = _padding(default="no")
    pad2: str = _padding(default="no")
    pad3: str = _padding(default="no")
    pad4: str = _padding(default="no")
    pad5: str = _padding(default="yes")
    pad6: str = _padding(default="yes")
    format: str = option(N_("number format"), "float32", FORMATS)

    @property
    def scores(self) -> tuple[float, ...]:
        return (self.y1, self.y2, self.y3, self.y4, self.y5, self.y6)

    @property
    def padding(self) -> tuple[bool, ...]:
        return tuple(pad == "yes" for pad in (self.pad1, self.pad2, self.pad3, self.pad4, self.pad5, self.pad6))

    def padded(self, padding: tuple[bool, ...]) -> "Masked":
        """The same scores with another padding."""
        return replace(self, **{f"pad{i}": "yes" if pad else "no" for i, pad in enumerate(padding, 1)})  # type: ignore[arg-type]
