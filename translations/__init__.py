"""What a person reads, in their language. A language is one file, translations/<language>.po, read as it is: nothing to compile.

translator("zh_TW")("learning rate") is Chinese; what has no translation stays English. Nothing is installed for the whole process,
as gettext.install does, because the sessions of a server share it.
"""

import functools
import re
from collections.abc import Callable
from pathlib import Path

from core.messages import N_, Message

_HERE = Path(__file__).parent
_LINE = re.compile(r'(?:(msgid|msgstr)\s+)?"((?:[^"\\]|\\.)*)"')
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}

# NOTE: The name of your language, in your language: it is what the menu of languages shows. Not the word for English.
_NAME = N_("English")


def read_po(text: str) -> dict[str, str]:
    """English -> translation of a .po file, without the fuzzy, the obsolete and the empty. No plurals, no contexts."""
    found: list[tuple[list[str], list[str]]] = []
    part: list[str] | None = None
    fuzzy = skip = False
    for number, line in enumerate(map(str.strip, text.split("\n")), 1):
        if line.startswith("#"):
            fuzzy = not line.startswith("#~") and (fuzzy or (line.startswith("#,") and "fuzzy" in line))
            continue
        if not line:
            continue
        match = _LINE.fullmatch(line)
        if match is None or (match[1] != "msgid" and part is None):
            raise ValueError(f"line {number} of the .po file is not understood: {line}")
        if match[1] == "msgid":
            entry: tuple[list[str], list[str]] = ([], [])
            part, skip, fuzzy = entry[0], fuzzy, False
            if not skip:
                found.append(entry)
        elif match[1] == "msgstr":
            part = entry[1]
        assert part is not None
        part.append(re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), match[2]))
    pairs = (("".join(english), "".join(translated)) for english, translated in found)
    return {english: translated for english, translated in pairs if english and translated}


@functools.cache
def languages() -> tuple[str, ...]:
    """English, then every language that has a file."""
    return ("en", *sorted(path.stem for path in _HERE.glob("*.po")))


@functools.cache
def _catalog(language: str) -> dict[str, str]:
    return {} if language == "en" else read_po((_HERE / f"{language}.po").read_text(encoding="utf-8"))


@functools.cache
def _translator(language: str) -> Callable[[str], str]:
    catalog = _catalog(language)
    return lambda text: catalog.get(text, text)


def translator(language: str) -> Callable[[str], str]:
    """English -> that language. A language without a file is English."""
    return _translator(language if language in languages() else "en")


def render(message: Message, language: str) -> str:
    """The sentence in that language, filled in."""
    return message.filled(translator(language))


def name(language: str) -> str:
    """What the language calls itself; its key where its file does not say."""
    return _NAME if language == "en" else _catalog(language).get(_NAME, language)
