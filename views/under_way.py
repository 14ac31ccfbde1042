"""A long computation: what there is of it is drawn, a bar tells how far it is, and a person can stop it and let it go on.

The page is run again and again, each time with a share of the walks; between two runs every control works as always.
"""

import math

import streamlit as st

from deep.experiment import Deep
from experiment import Experiment, Result, run
from views import ahead
from views.session import E, Scene
from views.warm import paths_are_ready, until_paths_are_ready
from views.words import tr

PATIENCE = 0.5  # seconds of work before what there is is drawn
_GOING, _STOPPED = "under way", "stopped"


def result_of(scene: Scene) -> Result:
    """The result of the scene, as far as there was time for it. Raises Refusal."""
    return run(scene.experiment, patience(scene))


def patience(scene: Scene[E]) -> float:
    """How many seconds of work this run of the page may take."""
    return PATIENCE if paths_are_ready() and not _stopped(scene) else 0.0


def _stopped(scene: Scene[E]) -> bool:
    """Any other experiment starts anew."""
    stopped: Experiment | Deep | None = st.session_state.get(_STOPPED)
    return stopped == scene.experiment


def progress(scene: Scene[E], share_done: float) -> None:
    """The bar and its button, where something is still to be computed."""
    stopped = _stopped(scene)
    st.session_state[_GOING] = share_done < 1 and not stopped
    if share_done >= 1:
        return
    ahead.none()  # pictures ahead would take the time of the one that is asked for
    share = f"{math.floor(100 * share_done)} %"
    with st.container(horizontal=True, vertical_alignment="center"):
        said = tr("Stopped: {share} of the work is done, and what is computed is drawn.") if stopped else tr("Computing: {share}")
        st.progress(share_done, said.format(share=share))
        if stopped:
            st.button(tr("Go on"), key=f"{scene.page} go on", on_click=lambda: st.session_state.pop(_STOPPED, None))
        else:
            st.button(tr("Stop"), key=f"{scene.page} stop", on_click=lambda: st.session_state.update({_STOPPED: scene.experiment}))


def more() -> None:
    """Something on this page, other than its picture, is still being computed."""
    st.session_state[_GOING] = True


def go_on() -> None:
    """Last thing on a page: run it again while something is under way."""
    if st.session_state.pop(_GOING, False):
        until_paths_are_ready()
        st.rerun()
