"""A long computation: what there is of it is drawn, a bar tells how far it is, and a person can stop it and let it go on.

The page is run again and again, each time with a share of the walks; between two runs every control works as always.
"""

import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from types import TracebackType
from typing import Protocol, TypeVar, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from compute.engine import asker, engine, interruptible
from compute.job import TURN
from labs.deep.run import DeepResult
from labs.deep.setup import Deep
from labs.plane.setup import Experiment
from verdict.plane import JudgedResult, judged_run
from views import prefetch
from views.delivery import until_sent
from views.interruption import alone, changed_meanwhile, rerun
from views.language import tr
from views.session import E, Scene, moving
from views.warm import paths_are_ready, until_paths_are_ready

R = TypeVar("R")
T = TypeVar("T", covariant=True)

PATIENCE = 0.5  # seconds of work, not of waiting for it, before what there is is drawn
SHARE = 0.15  # of the work, for pictures of it
GROWTH, LONGEST = 1.6, 10.0  # how much longer than the last one a turn may be; seconds, of waiting too
SILENCE = 0.3  # seconds without an answer after which Stop is drawn
_GOING, _STOPPED, _LAST, _SHOWN, _WAITED = "under way", "stopped", "last turn", "shown beside Stop", "waited for"


def result_of(scene: Scene) -> JudgedResult | None:
    """The result of the scene, as far as there was time for it; None where it was stopped before. Raises Refusal."""
    work = partial(judged_run, scene.experiment, moving=moving())
    return unless_stopped(scene, lambda: in_turns(work, patience(), lambda judged: judged.progress))


def in_turns(work: Callable[[float], R], seconds: float, share_done: Callable[[R], float]) -> R:
    """What work(seconds) returns once it is done, or after so many seconds of work, a turn at a time: between two turns others have theirs.

    Waiting for the others' turns does not count: what a busy server has not got yet, it would draw, and run the page for it once more.
    Only who has waited for very long sees how far it is.
    """
    longest = time.monotonic() + LONGEST
    while True:
        turn = min(TURN, seconds)
        result, seconds = work(turn), seconds - turn
        if share_done(result) >= 1 or seconds <= 0 or time.monotonic() >= longest:
            return result


def until_done(work: Callable[[float], float]) -> None:
    """Call work(TURN) until the share that it returns is 1. Its answers on the way are none: where all of it takes long, Stop is drawn."""
    before = asker()
    interruptible(before.waiting)
    try:
        while work(TURN) < 1:
            before.waiting()
    finally:
        interruptible(before.waiting, before.answered)


def unless_stopped(scene: Scene[E], compute: Callable[[], R]) -> R | None:
    """The computed result; of a scene that is stopped, the one that was drawn beside its Stop button, None if there was none.

    The run of the page that Stop interrupts computes on for a moment, and what it adds is not shown until a person lets it go on.
    """
    place = st.empty()
    if _stopped(scene):
        result = cast(R | None, st.session_state[_STOPPED][1])
        if result is None:
            _line(scene, None, 0.0, "before")
        return result
    if engine() is None:
        return compute()
    with _Silence(scene, place):
        return compute()


class _Silence:
    """While an engine computes for a scene: where no answer comes for a while, a bar and its Stop button stand where the picture will.

    The wait goes on, however long it takes: only a person ends it. Runs of the page by the clock would make a busy server do more.
    """

    def __init__(self, scene: Scene[E], place: DeltaGenerator) -> None:
        self._scene, self._place = scene, place
        self._since, self._drawn = time.monotonic(), False

    def __enter__(self) -> None:
        interruptible(self._waiting, self._answered)
        if st.session_state.get(_WAITED) == self._scene.experiment:
            self._draw()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        interruptible(left_alone)
        if error is None or isinstance(error, Exception):  # else this run of the page is ended, and the next one waits on
            st.session_state.pop(_WAITED, None)
            self._place.empty()

    def _answered(self) -> None:
        self._since = time.monotonic()

    def _waiting(self) -> None:
        left_alone()
        if not self._drawn and time.monotonic() - self._since > SILENCE:
            self._draw()

    def _draw(self) -> None:
        """Nothing, where a picture of the scene stands with its bar."""
        self._drawn = True
        if st.session_state.get(_SHOWN) != self._scene.experiment:
            st.session_state[_WAITED] = self._scene.experiment
            with self._place.container():
                _line(self._scene, None, 0.0, "before")


def patience() -> float:
    """How many seconds of work this run of the page may take."""
    return PATIENCE if paths_are_ready() else 0.0


def growing(scene: Scene[E], least: float) -> float:
    """The same where a picture is dear: at least so many seconds, as long as the pictures of it stay a small share of all the work, and
    never much longer than the time before, so that the first ones come soon."""
    if patience() == 0:
        st.session_state.pop(_LAST, None)
        return 0.0
    now = time.monotonic()
    experiment, until, before = st.session_state.get(_LAST, (None, now, 0.0))
    drawing = now - until  # seconds from the end of the last turn's work to now: its pictures
    wanted = least if experiment != scene.experiment else max(least, min(drawing / SHARE, GROWTH * before, LONGEST))
    st.session_state[_LAST] = (scene.experiment, now + wanted, wanted)
    return wanted


def left_alone() -> None:
    """To be called now and then in long work: where a person wants something else, the run of the page ends here.

    Whenever its state is asked for, Streamlit looks whether all of the page is to run. A change in its body waits there for the body's end.
    """
    _ = _LAST in st.session_state
    if changed_meanwhile():
        rerun()


def _stopped(scene: Scene[E]) -> bool:
    """Any other experiment starts anew."""
    stopped: Experiment | Deep | None = st.session_state.get(_STOPPED, (None, None))[0]
    return stopped == scene.experiment


def bar(scene: Scene[E], result: JudgedResult | DeepResult) -> None:
    """The bar and its button, where something of the result that is drawn is still to be computed."""
    share_done = result.progress
    st.session_state[_SHOWN] = scene.experiment if share_done < 1 else None
    st.session_state[_GOING] = share_done < 1 and not _stopped(scene)
    if share_done >= 1:
        return
    prefetch.none()  # pictures ahead would take the time of the one that is asked for
    _line(scene, result, share_done)


def _line(scene: Scene[E], result: JudgedResult | DeepResult | None, share_done: float, where: str = "") -> None:
    """result: what is drawn beside it, and stays if a person stops here. where: tells apart two of them in one run."""

    def stop() -> None:
        st.session_state[_STOPPED] = (scene.experiment, result)
        st.session_state.pop(_LAST, None)

    stopped, share = _stopped(scene), f"{math.floor(100 * share_done)} %"
    with st.container(horizontal=True, vertical_alignment="center"):
        said = tr("Computing: {share}")
        if stopped:
            drawn = tr("Stopped: {share} of the work is done, and what is computed is drawn.")
            said = tr("Stopped before there was anything to draw.") if result is None else drawn
        st.progress(share_done, said.format(share=share))
        if stopped:
            st.button(tr("Go on"), key=f"{scene.page} go on {where}".strip(), on_click=lambda: st.session_state.pop(_STOPPED, None))
        else:
            st.button(tr("Stop"), key=f"{scene.page} stop {where}".strip(), on_click=stop)


class Job(Protocol[T]):
    """What takes long and goes in steps: a compute.job.Job."""

    @property
    def begun(self) -> bool: ...
    @property
    def progress(self) -> float: ...
    @property
    def result(self) -> T: ...
    def work(self, deadline: float) -> object: ...
    def advance(self) -> None: ...


def _worked(job: Job[T], seconds: float) -> float:
    """How far the job is after so many seconds more, and one step at least."""
    job.work(time.monotonic() + seconds)
    if not job.begun:
        job.advance()
    return job.progress


def results_of(jobs: Sequence[Job[T]]) -> list[T]:
    """What there is of some jobs beside the picture: each gets its share of the patience, and one step at least. A bar where they go on."""
    for job in jobs:
        in_turns(partial(_worked, job), PATIENCE / len(jobs), lambda share_done: share_done)
    share_done = min((job.progress for job in jobs), default=1.0)
    if share_done < 1:
        more()
        st.progress(share_done, tr("Computing: {share}").format(share=f"{math.floor(100 * share_done)} %"))
    return [job.result for job in jobs]


def more() -> None:
    """Something on this page, other than its picture, is still being computed."""
    st.session_state[_GOING] = True


def go_on() -> None:
    """Last thing of all: run everything again while something is under way."""
    if st.session_state.pop(_GOING, False):
        until_sent()
        until_paths_are_ready()
        st.rerun()


def go_on_alone() -> None:
    """Last thing in the body of a page: where nothing else of it runs, run that again while something is under way."""
    if alone() and st.session_state.pop(_GOING, False):
        until_sent()
        rerun()
