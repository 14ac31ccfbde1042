"""Percentages: "100" is all, "0" is none, and there is one function that writes them."""

import math
import re
from fractions import Fraction
from pathlib import Path

import pytest

from core.numerals import percent

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("decimals", [0, 1])
def test_a_hundred_is_all_and_zero_is_none(decimals: int) -> None:
    """Of numbers of rows that data sets here have, by fractions: as near as its decimals say, and at the ends as near as needed."""
    for rows in (7, 84, 250, 1797, 20_000):
        for right in {0, 1, 2, rows // 3, rows // 2, rows - 2, rows - 1, rows}:
            text, exact = percent(right / rows, decimals), 100 * Fraction(right, rows)
            assert (text == "100") == (right == rows)
            assert (text == "0") == (right == 0)
            assert abs(Fraction(text) - exact) <= Fraction(1, 2 * 10**decimals)
            assert 0 < Fraction(text) < 100 or right in (0, rows)


def test_examples() -> None:
    assert [percent(share) for share in (0.996, 0.9996, 0.97, 0.974, 0.004, 0.0)] == ["99.6", "99.96", "97", "97", "0.4", "0"]
    assert percent(1 - 5e-8) == "100", "rounding of float32"
    assert percent(math.nan) == "—"
    assert percent(-0.25) == "−25", "R² may be so"


def test_no_page_writes_percentages_by_itself() -> None:
    """Progress is rounded down, so that it is never done too early."""
    by_hand = re.compile(r"(\{|round\()100 \* ")
    files = [path for part in ("views", "lessons", "verdict", "figures") for path in sorted((ROOT / part).rglob("*.py"))]
    assert [path.name for path in files if by_hand.search(path.read_text())] == []
