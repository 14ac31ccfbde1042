"""That a random critical point is a minimum, by dimension: held against closed forms and against an independent count."""

import re

import numpy as np
import pytest

from labs.plane.random_matrices import DRAWS, EXACT, shares, symmetric
from tests.pages import alternatives, fine, opened


def test_by_closed_forms_and_not_by_coins() -> None:
    found = shares()
    for share, deviation, exact in zip(found.minimum, found.deviation, EXACT, strict=False):
        assert share == pytest.approx(exact, abs=4 * deviation)
    np.testing.assert_allclose(found.minimum[:4], [0.5, 0.146, 0.025, 0.00246], atol=2e-3)
    assert np.all(found.minimum[1:] < 0.75 * 0.5 ** found.dimension[1:])
    np.testing.assert_allclose(found.positive, 0.5, atol=2e-3)
    np.testing.assert_allclose(found.saddle, 1 - 2 * found.minimum, atol=6 * np.sqrt(found.minimum / DRAWS).max())
    assert found.saddle[0] == 0, "one curvature has one sign"


def test_by_an_independent_count_in_four_dimensions() -> None:
    """By leading minors (Sylvester) of matrices that are drawn entry by entry."""
    draws, rng = 200_000, np.random.default_rng(5)
    h = np.zeros((draws, 4, 4))
    for i in range(4):
        for j in range(i, 4):
            h[:, i, j] = h[:, j, i] = rng.normal(0, np.sqrt(2) if i == j else 1, draws)
    minors = [np.linalg.det(h[:, :k, :k]) > 0 for k in range(1, 5)]
    share, found = np.all(minors, axis=0).mean(), shares()
    assert share == pytest.approx(0.00246, abs=4e-4)  # of three million matrices, ± 0.00003
    assert found.minimum[3] == pytest.approx(share, abs=4 * np.sqrt(2 * share / draws))


def test_no_direction_is_special() -> None:
    h = symmetric(3, 50_000, 1)
    np.testing.assert_array_equal(h, h.transpose(0, 2, 1))
    u = np.array([2.0, -1.0, 2.0]) / 3
    assert (h @ u @ u).var() == pytest.approx(2.0, rel=0.03)
    assert h[:, 1, 1].var() == pytest.approx(2.0, rel=0.03)


def test_its_section_says_the_numbers() -> None:
    at = opened("stuck", {}, stuck_many=True)
    fine(at)
    (alt,) = [alt for alt in alternatives(at) if "random symmetric matrices" in alt]
    found = shares()
    said = [(float(share), float(deviation)) for share, deviation in re.findall(r"([\d.]+) ± ([\d.]+)", alt)]
    assert len(said) == np.count_nonzero(found.minimum)
    for share, deviation, (told, spread) in zip(found.minimum, found.deviation, said, strict=False):
        assert told == pytest.approx(share, abs=deviation)
        assert 0.5 * deviation <= spread <= 2 * deviation
    assert ("< 0.000005" in alt) == (found.minimum[-1] == 0)
