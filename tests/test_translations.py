"""The reader of .po files against Babel's, what a language falls back to, and that sources and languages fit together."""

import io
import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

import translations
from core.messages import message

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "translations"
LANGUAGES = sorted(FOLDER.glob("*.po"))

TRICKY = r"""# Traditional Chinese
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Language: zh_TW\n"

#: settings.py
#. a note for the translator
msgid "learning rate"
msgstr "學習率"

msgid ""
"Two lines,\n"
"a \"quote\", a back\\slash, a tab\t, a # and "
"msgid in the text"
msgstr ""
"兩行,\n"
"「引號」\\ \t# "
"msgstr"
msgid "no blank line before"
msgstr "前面沒有空行"

#, python-format
msgid "{name} must lie between {low} and {high}"
msgstr   "{low} ≤ {name} ≤ {high}"

#, fuzzy, python-brace-format
#| msgid "momenta"
msgid "momentum"
msgstr "動量?"

msgid "after a fuzzy one"
msgstr "之後"

msgid "not translated yet"
msgstr ""

#, fuzzy
#~ msgid "no longer in the sources"
#~ msgstr "已刪除"

msgid "back\\nslash n is not a new line"
msgstr "\\n \\\\n \\\n"
"""


def theirs(text: str) -> dict[str, str]:
    """What Babel reads, without what is not in use."""
    catalog = read_po(io.BytesIO(text.encode()), charset="utf-8")
    return {str(entry.id): str(entry.string) for entry in catalog if entry.id and entry.string and not entry.fuzzy}


def placeholders(text: str) -> list[tuple[str | None, str | None, str | None]]:
    return sorted({part[1:] for part in string.Formatter().parse(text) if part[1] is not None}, key=str)


@pytest.fixture
def chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with one language: TRICKY."""
    caches = (translations.languages, translations._catalog, translations._translator)
    (tmp_path / "zh_TW.po").write_text(TRICKY, encoding="utf-8")
    monkeypatch.setattr(translations, "_HERE", tmp_path)
    for cache in caches:
        cache.cache_clear()
    yield tmp_path
    for cache in caches:
        cache.cache_clear()


def test_reads_what_babel_reads() -> None:
    ours = translations.read_po(TRICKY)
    assert ours == theirs(TRICKY)
    assert len(ours) == 6


def test_reads_what_babel_writes() -> None:
    catalog = Catalog(locale="zh_TW")
    texts = ['"', "\\", "\\n", "\n", "a\nb\n", "\t\\\t", "  ", "#, fuzzy", "{a} {b:.3g} {{}}", "長" * 300, "word " * 60, "x\u2028y\x85z"]
    for number, text in enumerate(texts):
        flags = ["fuzzy"] if number == 3 else []
        catalog.add(f"{number} {text}", f"{text} {number}", flags=flags, auto_comments=["msgid"])
    for width in (20, 76, 0):
        written = io.BytesIO()
        write_po(written, catalog, width=width)
        assert translations.read_po(written.getvalue().decode()) == theirs(written.getvalue().decode())


@pytest.mark.parametrize(
    "line", ['msgctxt "menu"', 'msgid_plural "rates"', 'msgstr[0] "a"', 'msgid "open', "words", '"before any"', 'msgstr "before any"']
)
def test_says_which_line_it_cannot_read(line: str) -> None:
    with pytest.raises(ValueError, match="line 2 "):
        translations.read_po(f"# a comment\n{line}\n")


def test_english_is_itself() -> None:
    assert translations.languages()[0] == "en"
    assert translations.translator("en")("learning rate") == "learning rate"
    assert translations.name("en") == "English"


@pytest.mark.usefixtures("chinese")
def test_what_has_no_translation_is_english() -> None:
    assert translations.languages() == ("en", "zh_TW")
    tr = translations.translator("zh_TW")
    assert tr("learning rate") == "學習率"
    assert [tr(text) for text in ("momentum", "not translated yet", "", "never heard of")] == [
        "momentum",
        "not translated yet",
        "",
        "never heard of",
    ]
    assert translations.translator("zh_TW") is tr
    assert translations.name("zh_TW") == "zh_TW"


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize("language", ["xx", "", "zh", "../zh_TW", "messages", "zh_TW.po"])
def test_a_language_without_a_file_is_english(language: str) -> None:
    assert translations.translator(language)("learning rate") == "learning rate"


@pytest.mark.usefixtures("chinese")
def test_a_message_is_translated_then_filled_in() -> None:
    said = message("{name} must lie between {low} and {high}", name=message("learning rate"), low=0, high="{1}")
    assert translations.render(said, "zh_TW") == "0 ≤ 學習率 ≤ {1}"
    assert translations.render(said, "en") == said.english == "learning rate must lie between 0 and {1}"


def extracted() -> set[str]:
    with (FOLDER / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    keywords = {"N_": None, "tr": None}
    return {str(found[2]) for found in extract_from_dir(ROOT, methods, options, keywords)}


def test_the_template_is_up_to_date() -> None:
    with (FOLDER / "messages.pot").open("rb") as file:
        template = {str(entry.id) for entry in read_po(file, charset="utf-8") if entry.id}
    missing, gone = extracted() - template, template - extracted()
    assert not missing, "run `make messages`: these texts are new"
    assert not gone, "run `make messages`: these texts are no longer in the sources"


def test_the_template_is_the_same_on_every_machine() -> None:
    text = (FOLDER / "messages.pot").read_text(encoding="utf-8")
    assert not re.search(r"^#: *(/|\.\.|\w:)|Date|:\d+$", text, re.MULTILINE)


def test_every_translation_keeps_the_placeholders() -> None:
    for path in LANGUAGES:
        for english, translated in translations.read_po(path.read_text(encoding="utf-8")).items():
            assert placeholders(translated) == placeholders(english), f"{path.name}: {english}"


def test_every_language_is_read_as_babel_reads_it_and_says_its_name() -> None:
    for path in LANGUAGES:
        text = path.read_text(encoding="utf-8")
        assert translations.read_po(text) == theirs(text), path.name
        assert translations.name(path.stem) != path.stem, f'{path.name}: translate "English" as the name of your language'


def test_one_dependency_file_for_a_deployment() -> None:
    """Streamlit Cloud takes the first it finds of several kinds; more than one and it is not clear which."""
    assert not [name for name in ("uv.lock", "Pipfile", "environment.yml") if (ROOT / name).exists()]
    assert not {"project", "poetry"} & {*(found := tomllib.loads((ROOT / "pyproject.toml").read_text())), *found["tool"]}
