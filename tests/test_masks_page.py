"""The page of masks as a person meets it: its sentence, picture and tables are those of run(), and its whole scene is its address."""

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import address
from labs.masks.method import mask_methods
from labs.masks.run import run
from labs.masks.setup import FORMATS, LENGTH, Masked
from labs.masks.verdict import verdict
from lessons.mask_scene import MASKED
from tests.pages import charts, fine, headings, opened, sliders
from views.view_state import ViewState


def link(masked: Masked) -> dict[str, str]:
    return address.write(masked, ViewState(), MASKED)


def scene(at: AppTest) -> Masked:
    found, _, refused = address.read(dict(at.query_params), MASKED, ViewState())
    assert refused == []
    return found


def chart(at: AppTest) -> dict[str, Any]:
    (sent,) = charts(at).values()
    return sent


def tables(at: AppTest) -> list[list[list[str]]]:
    """Every table of the page, as rows of cells."""
    found = re.findall(r"<table.*?</table>", "".join(element.proto.body for element in at.get("html")), re.DOTALL)
    rows = [re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL) for table in found]
    return [[[html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in table] for table in rows]


def said(table: Mapping[str, Any]) -> list[list[str]]:
    """What the table of verdicts has to say."""
    rows = []
    for name, method in mask_methods().items():
        found = [verdict(table[number_format][name], number_format) for number_format in FORMATS]
        rows.append([method.label, *(f"{'✓' if one.kind == 'good' else '✗'} {one.text.english}" for one in found)])
    return rows


def test_it_opens_where_all_is_padding_and_the_ways_part() -> None:
    at = opened("masks")
    assert at.query_params == {}
    assert headings(at) == ["All is padding: replacing by −2³² + 1 gives each 0.167, −∞ gives NaN. Where-masking, the safe form, gives 0."]
    (table, *rest) = tables(at)
    assert table[0] == ["", *FORMATS]
    assert table[1:] == said(run(MASKED).empty)
    assert table[1] == ["replace by −2³² + 1", "✗ 0.167 each", "✗ 0.167 each", "✗ 0.167 each", "✗ NaN"]
    assert table[-1] == ["where-masking (safe)", *["✓ all 0"] * 4]
    assert len(rest) == 2, "the numbers, of one case, and the formats"
    assert at.markdown[0].value.startswith("**Try next:**")


HEADLINES = {
    "half": (Masked(), "Multiply after softmax: sum 0.689, as padding took its share. Where-masking, the safe form: 1."),
    "none": (
        Masked().padded((False,) * LENGTH),
        "Nothing is padding, and all forms agree. Mask a position: the safe form is where-masking.",
    ),
    "float16": (
        replace(MASKED, format="float16"),
        "All is padding: in float16 −2³² + 1 is −∞, and that gives NaN. Where-masking, the safe form, gives 0.",
    ),
    "bfloat16": (
        replace(MASKED, format="bfloat16"),
        "All is padding: replacing by −2³² + 1 gives each 0.167, −∞ gives NaN. Where-masking, the safe form, gives 0.",
    ),
    "rounded": (
        replace(Masked(), format="bfloat16"),
        "Multiply after softmax: sum 0.691, as padding took its share. Where-masking, the safe form: 1.",
    ),
    "nothing taken": (
        Masked(y6=-1e4, pad5="no"),
        "Multiply after softmax: sum 1, as padding got too little to count. Where-masking, the safe form, gives 1 always.",
    ),
    "little taken": (
        Masked(y6=-30.0, pad5="no", format="float64"),
        "Multiply after softmax: sum 1 − 6·10⁻¹⁵, as padding took its share. Where-masking, the safe form: 1.",
    ),
}


@pytest.mark.parametrize("name", HEADLINES)
def test_the_headline_has_the_numbers_of_the_moment(name: str) -> None:
    masked, headline = HEADLINES[name]
    at, found = opened("masks", link(masked)), run(masked)
    assert headings(at) == [headline]
    shown = tables(at)
    if all(masked.padding):
        assert shown[0][1:] == said(found.empty)
    else:
        assert [shown[0][1:], shown[1][1:]] == [said(found.here), said(found.empty)]


@pytest.mark.parametrize("name", FORMATS)
def test_the_picture_is_the_run(name: str) -> None:
    masked = replace(Masked(), format=name)
    for one in (masked, replace(MASKED, format=name)):
        sent, found = chart(opened("masks", link(one))), run(one).here[name]
        traces = sent["figure"]["data"]
        axes: dict[str, dict[int, float]] = {}
        for trace in traces:
            for at, share, text in zip(trace["x"], trace["y"], trace["text"], strict=True):
                axes.setdefault(trace["yaxis"], {})[int(at)] = np.nan if text == "NaN" else float(share)
                assert (trace["name"] == "NaN") == (text == "NaN")
                if text != "NaN":
                    assert trace["name"] == ("padding" if one.padding[int(at) - 1] else "kept")
                    assert (text == "0") == (share == 0)
        assert [[drawn[i] for i in range(1, LENGTH + 1)] for drawn in axes.values()] == [
            pytest.approx(found[method].p, nan_ok=True) for method in mask_methods()
        ]
        notes = [note["text"] for note in sent["figure"]["layout"]["annotations"] if "gradient NaN" in note["text"]]
        assert len(notes) == sum(outcome.answers and not outcome.trains for outcome in found.values())
        assert ("NaN" in sent["alt"]) == any(not outcome.answers for outcome in found.values())
        assert name in sent["alt"]


def test_the_numbers_and_the_formats() -> None:
    at = opened("masks", link(Masked()))
    here, empty, held = tables(at)[2:]
    assert here[4] == ["multiply after softmax", "0.6886", "0", "1.093", "−0.039, 0.14, 0.179, 0.0607, −0.278, −0.0621"]
    assert here[6][1:3] == ["1", "0"]
    assert empty[2] == ["add −2³² + 1", "1", "0.1667", "3.5", "−0.417, −0.25, −0.0833, 0.0833, 0.25, 0.417"]
    assert empty[3] == ["replace by −∞", "NaN", "NaN", "NaN", "all 0"]
    assert empty[5] == ["one where, at the end", "0", "0", "0", "all NaN"]
    assert held[1:] == [
        ["float64", "−4,294,967,295", "4.768·10⁻⁷", "2, 1, 0.5, −1, 1.5, 0"],
        ["float32", "−4,294,967,296", "256", "all 0"],
        ["bfloat16", "−4,294,967,296", "16,777,216", "all 0"],
        ["float16", "−∞", "—", "all NaN"],
    ]
    assert "def where_masked" in at.code[0].value


def test_every_control_is_in_the_address_and_back() -> None:
    at = opened("masks")
    fine(at.toggle(key="masks all en").set_value(False).run())
    assert scene(at) == Masked()
    assert headings(at) == [HEADLINES["half"][1]]
    fine(at.button_group(key="masks padding en").set_value(["1", "6"]).run())
    assert scene(at).padding == (True, False, False, False, False, True)
    fine(at.button_group(key="masks format en").set_value("float16").run())
    assert scene(at).format == "float16"
    fine(at.button_group(key="masks padding en").set_value([str(i) for i in range(1, LENGTH + 1)]).run())
    assert at.toggle(key="masks all en").value
    assert at.query_params == {"format": "float16", "v": "1"}
    shown = sliders(at)
    assert [shown[f"score {i}"]["value"] for i in range(1, LENGTH + 1)] == list(Masked().scores)


def test_a_score_beyond_its_slider_is_drawn_and_shown() -> None:
    at = opened("masks", link(replace(MASKED, y2=1e4, format="float64")))
    assert sliders(at)["score 2"]["value"] == sliders(at)["score 2"]["high"] == 1e4
    assert scene(at).y2 == 1e4
    assert tables(at)[0][2][1] == "✗ padding: 1"


def test_a_bad_link_is_said_and_the_page_still_works() -> None:
    at = opened("masks", {"y1": "nan", "pad1": "maybe", "format": "float8", "steps": "3", "lesson": "unit2"})
    assert len(at.warning) == 5
    assert headings(at) == headings(opened("masks"))


@pytest.mark.parametrize(
    ("masked", "word"),
    [
        (MASKED, "switch to float16"),
        (replace(MASKED, format="float16"), "switch to float64"),
        (Masked(), "raise the score of a padding"),
        (replace(Masked(), format="float16"), "to 10 and all kept ones below −2"),
        (Masked(-3.0, -4.0, -2.5, -5.0, 10.0, format="float16"), "switch to bfloat16"),
        (Masked(y5=300.0), "switch to float64"),
        (Masked(-1e4, -1e4, -1e4, -1e4, 1e4, 1e4), "lower the scores of padding"),
        (Masked(y5=50.0), "switch all masked on"),
        (Masked().padded((False,) * LENGTH), "make position 1 padding"),
    ],
)
def test_what_to_try_next_goes_on_from_here(masked: Masked, word: str) -> None:
    assert word in opened("masks", link(masked)).markdown[0].value


def test_a_sum_that_misses_1_by_little_says_by_how_much() -> None:
    at = opened("masks", link(Masked(y6=-30.0, pad5="no", format="float64")))
    here, _, numbers, *_ = tables(at)
    assert here[4][:2] == ["multiply after softmax", "✗ sum 1 − 6·10⁻¹⁵"]
    assert numbers[4][1] == "1 − 6·10⁻¹⁵"
    nothing = tables(opened("masks", link(Masked(y6=-1e4, pad5="no"))))[0]
    assert nothing[4][1:] == ["✓ sum 1"] * 4


def test_what_is_tried_next_does_what_it_says() -> None:
    before = replace(Masked(), format="float16")
    after = replace(before, y1=-3.0, y2=-3.0, y3=-3.0, y4=-3.0, y5=10.0)
    assert run(before).here["float16"]["one_where"].trains
    assert not run(after).here["float16"]["one_where"].trains
    assert run(after).here["bfloat16"]["one_where"].trains
