"""Decision regions as a figure: Plotly takes it, every class has its own color and marker, and those can be told apart."""

from itertools import combinations

import numpy as np
import pytest

from figures.colors import CLASSES
from figures.regions import over_updates, regions
from tests.test_figures import accepted, apart

A, B = np.linspace(-1.0, 2.0, 7), np.linspace(0.0, 1.0, 5)
PREDICTED = (np.arange(35).reshape(5, 7) % 3).astype(np.uint8)
POINTS, LABELS = np.linspace(0, 1, 24).reshape(2, 12), np.arange(12) % 3


@pytest.mark.parametrize("count", [2, 3, 10])
def test_regions_are_a_figure(count: int) -> None:
    names = [f"class {i}" for i in range(count)]
    figure = regions(A, B, PREDICTED % count, POINTS, LABELS % count, names, ("x", "y"), equal=True, legend=True)
    accepted(figure)
    heat, *points = figure["data"]
    assert [trace["name"] for trace in points] == names
    # Whatever number a cell has, its color is that of the class: the middle of its step of the scale.
    stops = heat["colorscale"]
    assert isinstance(stops, list)
    for i in range(count):
        low, high = stops[2 * i], stops[2 * i + 1]
        share = (i + 0.5) / count
        assert low[1] == high[1] == CLASSES[i].color
        assert low[0] < share < high[0]


def test_every_row_is_drawn_with_the_color_of_its_class() -> None:
    figure = regions(A, B, PREDICTED, POINTS, LABELS, ("a", "b", "c"), ("x", "y"))
    for i, trace in enumerate(figure["data"][1:]):
        np.testing.assert_allclose(np.stack([np.asarray(trace[axis]) for axis in ("x", "y")]), POINTS[:, i == LABELS], rtol=1e-6)
    few = regions(A, B, PREDICTED, POINTS, LABELS, ("a", "b", "c"), ("x", "y"), most=5)
    assert sum(len(np.asarray(trace["x"])) for trace in few["data"][1:]) == 5


def test_moments_stand_beside_the_last_one() -> None:
    figure = regions(A, B, PREDICTED, POINTS, LABELS, ("a", "b", "c"), ("x", "y"))
    moving = over_updates(figure, np.array([0, 4]), np.stack([PREDICTED, 2 - PREDICTED]))
    heat = moving["data"][0]
    np.testing.assert_array_equal(heat["z"], 2 - PREDICTED)
    assert "moments" not in figure["data"][0]
    assert moving["data"][1:] == figure["data"][1:]


@pytest.mark.parametrize(("vision", "count", "least"), [("full", 10, 20.0), ("deuteranopia", 5, 10.0), ("protanopia", 5, 10.0)])
def test_classes_can_be_told_apart(vision: str, count: int, least: float) -> None:
    """By color: up to five classes without color vision, ten with; by color and marker together: all."""
    for one, other in combinations(CLASSES[:count], 2):
        assert apart(one.color, other.color, vision) > least, (one, other)
    assert len(set(CLASSES)) == len({stroke.color for stroke in CLASSES}) == 10
    assert len({stroke.marker for stroke in CLASSES[:8]}) == 8
