"""The first scene is computed beside the server's start; whatever goes wrong there, no visitor waits for ever."""

import logging

import pytest

from labs.plane import run
from views.warm import Warming


def test_first_the_landscapes_then_the_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float | None] = []
    monkeypatch.setattr(run, "run", lambda scene, patience=None: asked.append(patience))
    warming = Warming()
    warming.drawn.set()
    assert warming.landscapes.wait(20)
    assert warming.walks.wait(20)
    assert asked == [0.0, None]


@pytest.mark.parametrize("which", [0.0, None], ids=["landscapes", "paths"])
def test_a_failure_is_logged_and_stops_nobody(
    which: float | None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(scene: object, patience: float | None = None) -> None:
        if patience == which:
            raise OSError("disk full")

    monkeypatch.setattr(run, "run", fails)
    with caplog.at_level(logging.ERROR):
        warming = Warming()
        warming.drawn.set()
        assert warming.landscapes.wait(20)
        assert warming.walks.wait(20)
    assert "disk full" in caplog.text
