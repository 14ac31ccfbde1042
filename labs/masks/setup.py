"""What a person picked on the page of masks: scores, padding and a number format, flat and frozen. masking.run.run() makes arrays of it."""

from dataclasses import dataclass, replace

from core.messages import N_
from core.settings import Number, Option, Setting

LENGTH = 6
FORMATS = ("float64", "float32", "bfloat16", "float16")


@dataclass(frozen=True)
class Masked:
    """A sequence of six positions: the score of each, and whether it is padding. format: what is drawn."""

    y1: float = 2.0
    y2: float = 1.0
    y3: float = 0.5
    y4: float = -1.0
    y5: float = 1.5
    y6: float = 0.0
    pad1: str = "no"
    pad2: str = "no"
    pad3: str = "no"
    pad4: str = "no"
    pad5: str = "yes"
    pad6: str = "yes"
    format: str = "float32"

    @property
    def scores(self) -> tuple[float, ...]:
        return (self.y1, self.y2, self.y3, self.y4, self.y5, self.y6)

    @property
    def padding(self) -> tuple[bool, ...]:
        return tuple(pad == "yes" for pad in (self.pad1, self.pad2, self.pad3, self.pad4, self.pad5, self.pad6))

    def padded(self, padding: tuple[bool, ...]) -> "Masked":
        """The same scores with another padding."""
        return replace(self, **{f"pad{i}": "yes" if pad else "no" for i, pad in enumerate(padding, 1)})  # type: ignore[arg-type]


_SETTINGS: tuple[Setting, ...] = (
    *(Number(f"y{i}", N_("score"), score, -1e4, 1e4) for i, score in enumerate(Masked().scores, 1)),
    *(
        Option(f"pad{i}", N_("padding"), "yes" if pad else "no", ("no", "yes"), (N_("kept"), N_("padding")))
        for i, pad in enumerate(Masked().padding, 1)
    ),
    Option("format", N_("number format"), "float32", FORMATS),
)
FIELDS: dict[str, Setting] = {field.name: field for field in _SETTINGS}
