"""The answers that come with the repository: every page opens with them alone, and each is what is computed from its question."""

import lzma
import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from compute import engine
from compute.codec import decoded
from compute.engine import Request
from compute.memo import memory
from compute.store import SCENES, Disk, Entry, Shipped, Stored, read_scene
from compute.workers import Workers
from labs.deep.run import DeepResult
from labs.masks.run import Masks
from tests import pages
from verdict.plane import JudgedResult
from views.openings import OPENINGS, Opening, machine, recorded

ROOT = Path(__file__).resolve().parents[1]
MOST = 3_000_000  # bytes of all together
FLOAT64, FLOAT32 = 1e-7, 1e-3  # by which rounding may change a number of a map, as a share of the largest; a loss of a network


class Nobody:
    """An engine that must not be asked."""

    def ask(self, request: Request) -> object:
        raise AssertionError(f"{request.module}.{request.name} is not known")


@pytest.fixture(scope="module")
def workers() -> Workers:
    return Workers()


@pytest.fixture
def alone() -> Iterator[None]:
    memory().clear()
    yield
    engine.stop()
    memory().clear()


def test_every_page_has_one() -> None:
    paths = set(re.findall(r'url_path="(\w+)"', (ROOT / "app.py").read_text()))
    assert {opening.page for opening in OPENINGS} == paths
    assert {path.stem for path in SCENES.glob("*.scene")} == {opening.name for opening in OPENINGS}


def test_they_are_small() -> None:
    assert sum(path.stat().st_size for path in SCENES.iterdir()) <= MOST


@pytest.mark.parametrize("opening", OPENINGS, ids=lambda opening: opening.name)
def test_a_page_opens_with_its_scene_alone(opening: Opening, alone: None, tmp_path: Path) -> None:
    """Nothing is computed, and all of it is drawn: no bar is left."""
    engine.start(lambda: Stored(Nobody(), Disk(tmp_path, 0), Shipped(SCENES, (opening.name,))))
    at = pages.opened(opening.page, dict(opening.query))
    assert not at.get("progress")
    assert not at.get("spinner")
    assert pages.components(at, "board") or pages.components(at, "chart")


def same_picture(value: object, other: object) -> None:
    """What does not depend on how the last digit of every update was rounded: maps, minima, curvatures, and where each walk ended."""
    assert type(value) is type(other)
    if isinstance(value, JudgedResult) and isinstance(other, JudgedResult):
        for panel, same in zip(value.result.panels, other.result.panels, strict=True):
            for part, again in ((panel.a, same.a), (panel.b, same.b), (panel.grid, same.grid), (panel.fit.hessian, same.fit.hessian)):
                assert (part is None) == (again is None)
                if part is not None and again is not None:
                    np.testing.assert_allclose(part, again, rtol=0, atol=FLOAT64 * np.abs(part).max())
            for walk, other_walk in zip(panel.walks, same.walks, strict=True):
                assert (walk.picked, walk.rated.how, walk.diverged is None) == (
                    other_walk.picked,
                    other_walk.rated.how,
                    walk.diverged is None,
                )
                last, again_last = walk.points.loss[-1], other_walk.points.loss[-1]
                assert last == pytest.approx(again_last, rel=1e-6, abs=1e-4 * walk.points.loss[0], nan_ok=True)
        assert [[end and end.kind for end in ends] for ends in value.ends] == [[end and end.kind for end in ends] for ends in other.ends]
    if isinstance(value, DeepResult) and isinstance(other, DeepResult):
        for network, trained in zip(value.nets, other.nets, strict=True):
            mine, its = network.record.measured, trained.record.measured
            assert (network.entrant, network.setup, network.mode) == (trained.entrant, trained.setup, trained.mode)
            np.testing.assert_allclose(mine.loss[0], its.loss[0], rtol=FLOAT32)  # hundreds of updates at a large rate go their own ways
            assert (network.slice is None, network.missing) == (trained.slice is None, trained.missing)
    if isinstance(value, Masks) and isinstance(other, Masks):
        for number_format in value.here:
            for method, outcome in value.here[number_format].items():
                np.testing.assert_allclose(outcome.p, other.here[number_format][method].p, rtol=1e-6)


def answer(shipped: Entry) -> object:
    return decoded(lzma.decompress(shipped.content))


@pytest.mark.parametrize("opening", OPENINGS, ids=lambda opening: opening.name)
def test_its_picture_is_the_one_that_is_computed(opening: Opening, alone: None, workers: Workers, tmp_path: Path) -> None:
    """However this machine, and the way that the tests compile, round."""
    shipped = read_scene(SCENES / f"{opening.name}.scene")
    computed = recorded(opening, Stored(workers, Disk(tmp_path, 10**9), long=0.0))
    assert {one.plain.name for one in shipped} == {one.plain.name for one in computed}, "make scenes"
    found = {one.plain: answer(one) for one in computed}
    for one in shipped:
        if one.plain in found:
            same_picture(answer(one), found[one.plain])
    assert shipped[0].plain in found, "make scenes"


@pytest.mark.long
@pytest.mark.skipif((SCENES / "machine").read_text() != machine(), reason="another kind of machine rounds differently")
@pytest.mark.parametrize("opening", OPENINGS, ids=lambda opening: opening.name)
def test_its_numbers_are_computed_to_the_bit(opening: Opening, alone: None, workers: Workers, tmp_path: Path) -> None:
    """With the programs that are shipped."""
    assert "xla_cpu_use_fusion_emitters" not in os.environ.get("XLA_FLAGS", ""), "make test-long"
    computed = recorded(opening, Stored(workers, Disk(tmp_path, 10**9), long=0.0))
    assert [one.key for one in read_scene(SCENES / f"{opening.name}.scene") if one not in computed] == [], "make scenes"
