"""Sentences for a person: an English template and what fills it, translated where they are shown; and what refuses a setting."""

from collections.abc import Callable
from dataclasses import dataclass

from core.numerals import numeral

Value = float | int | str


def N_(text: str) -> str:
    """Mark an English text for the translators; it is translated where it is shown."""
    return text


@dataclass(frozen=True)
class Message:
    """A sentence for a person: an English template and what fills it. Translated where it is shown."""

    text: str
    values: tuple[tuple[str, "Value | Message"], ...] = ()

    @property
    def english(self) -> str:
        return self.filled(lambda text: text)

    def filled(self, translate: Callable[[str], str]) -> str:
        """The template in the person's language, filled; numbers as people read them, sentences inside it translated too."""
        words = {
            name: numeral(value) if isinstance(value, float) else value.filled(translate) if isinstance(value, Message) else value
            for name, value in self.values
        }
        return translate(self.text).format(**words)


def message(text: str, **values: "Value | Message") -> Message:
    return Message(text, tuple((name, values[name]) for name in sorted(values)))


def quoted(raw: str) -> str:
    """What a stranger's link says, short, in one line and as code, so that no markup in it is read as ours."""
    return f"`{' '.join(raw.split())[:50].replace('`', '')}`"


class Refusal(ValueError):
    """Raised where a setting or a combination cannot be had; carries the sentence that tells the person what to do next.

    nearest: what can be had instead, the end of a range; None where nothing is near.
    """

    def __init__(self, reason: Message, nearest: "float | None" = None) -> None:
        super().__init__(reason.english)
        self.reason, self.nearest = reason, nearest

    def __reduce__(self) -> tuple[type["Refusal"], tuple[Message, float | None]]:
        """Pickled by its reason, of which the text is made."""
        return type(self), (self.reason, self.nearest)
