"""What a scene costs, and that a scene beyond the limit becomes the nearest one that fits."""

from dataclasses import replace

import pytest

from core import address
from core.settings import Pick, pick
from labs.deep.cost import FEWEST_UPDATES, MOST, affordable, drawing_products, products, training_products
from labs.deep.races import entrants, training_setup
from labs.deep.setup import RESOLUTIONS, WIDTHS, Deep
from labs.plane import cost as plane_cost
from labs.plane.setup import Experiment, Panel
from lessons.deep_scene import CLASSIFIER, DEEP
from tests.pages import opened
from views.lesson import lessons
from views.view_state import ViewState

DEAR = "data=spirals&data.samples=4000&depth=12&width=128&batch=0&steps=20000&residual=both&n1=none&n2=batch&n3=layer&resolution=100"
QUERY = dict(part.split("=") for part in DEAR.split("&"))


def asked() -> Deep:
    return address.read(QUERY, DEEP, ViewState())[0]


def test_products_of_one_layer_are_counted_by_hand() -> None:
    """Two inputs and 4 units: 2·4 + 4 weights and biases, then 4·c + c. 60 of 80 rows are trained on."""
    deep = Deep(data=pick("moons", samples=80.0), depth=1, width=4, batch=0, steps=1000, nets=(Pick("none"),), resolution=25)
    setup = training_setup(deep, *entrants(deep)[0])
    size = 2 * 4 + 4 + 4 * setup.net.outputs + setup.net.outputs
    assert setup.net.size == size
    assert drawing_products(deep) == 25 * 25 * size * 60
    records = len(setup.updates) * 6 * size * 80
    assert training_products(deep) == 1000 * 3 * size * 60 + records
    assert products(replace(deep, nets=(Pick("none"), Pick("layer")), affine="off")) == 2 * products(replace(deep, affine="off"))
    newton = replace(deep, optimizer=Pick("newton"))
    assert training_products(newton) - records == size * (training_products(deep) - records)


def test_what_the_lab_shows_by_itself_costs_little() -> None:
    scenes = [DEEP, CLASSIFIER, *(lesson.experiment for lesson in lessons().values() if isinstance(lesson.experiment, Deep))]
    assert len(scenes) > 3
    for scene in scenes:
        assert affordable(scene, MOST / 5) == (scene, None)


def test_a_dear_scene_becomes_the_nearest_that_fits() -> None:
    fits, line = affordable(asked())
    assert products(asked()) > 10 * MOST
    assert products(fits) <= MOST
    assert line is not None
    assert f"{fits.steps:,} updates" in line.english
    more = replace(fits, steps=int(1.2 * fits.steps))
    assert products(more) > MOST, "nearest: a fifth more updates do not fit"
    assert replace(fits, steps=asked().steps, resolution=asked().resolution) == asked(), "the network is as it was asked for"
    assert affordable(fits) == (fits, None)


@pytest.mark.parametrize("most", [1e12, 1e11, 1e10, 1e9, 1e8])
def test_a_smaller_host_gets_a_smaller_scene(most: float) -> None:
    fits, _ = affordable(asked(), most)
    assert products(fits) <= most
    assert fits.resolution in RESOLUTIONS
    assert fits.width in WIDTHS
    assert fits.steps >= FEWEST_UPDATES


def test_the_page_says_so_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    query = {"data": "moons", "data.samples": "60", "depth": "1", "width": "4", "steps": "400", "batch": "0", "resolution": "25"}
    setup = address.read(query, DEEP, ViewState())[0]
    limit = products(replace(setup, steps=150))
    monkeypatch.setattr("labs.deep.cost.affordable.__defaults__", (limit,))
    page = opened("deep", query)
    assert [line.value for line in page.warning if "updates" in line.value] == [line.value for line in page.warning]
    assert len(page.warning) == 1
    assert page.query_params["steps"] != ["400"]


LOGISTIC = Experiment(surface=pick("logistic"), data=pick("moons", samples=4000.0))


def test_values_of_maps_are_counted_by_hand() -> None:
    assert plane_cost.map_values(replace(LOGISTIC, resolution=50)) == 2 * 50 * 50 * 4000
    assert plane_cost.map_values(replace(LOGISTIC, resolution=50, quantity="slope")) == 2 * 50 * 50 * 4000 * 4
    assert plane_cost.map_values(replace(LOGISTIC, surface=pick("himmelblau"), resolution=400)) == 2 * 400 * 400
    assert plane_cost.map_values(Experiment(resolution=400)) == 2 * 400 * 400, "a squared error has its moments"


def test_dear_maps_become_the_finest_that_fit() -> None:
    fits, line = plane_cost.affordable(replace(LOGISTIC, resolution=400))
    assert fits == replace(LOGISTIC, resolution=100)
    assert line is not None
    assert "400 × 400" in line.english
    assert "100 × 100" in line.english
    assert plane_cost.affordable(fits) == (fits, None)


def test_no_map_of_the_coarsest_grid_is_too_dear() -> None:
    most = replace(LOGISTIC, resolution=50, quantity="slope", panels=(Panel(), Panel(), Panel()))
    assert plane_cost.affordable(most, 1.0) == (most, None)
    assert plane_cost.map_values(most) <= 1.3 * plane_cost.MOST


def test_scenes_of_tables_are_drawn_as_fine_as_they_are_asked_for() -> None:
    for name in ("iris", "wine"):
        fine = Experiment(surface=pick("logistic"), data=pick(name), resolution=400)
        assert plane_cost.affordable(fine) == (fine, None)
