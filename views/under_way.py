"""A long computation: what there is of it is drawn, a bar tells how far it is, and a person can stop it and let it go on.

The page is run again and again, each time with a share of the walks; between two runs every control works as always.
"""

import math

import streamlit as st

from experiment import Experiment, Result, run
from views import ahead
from views.session import Scene
from views.warm import paths_are_ready, until_paths_are_ready
from views.words import tr

PATIENCE = 0.5  # seconds of work before what there is is drawn
_GOING, _STOPPED = "under way", "stopped"


def result_of(scene: Scene) -> Result:
    """The result of the scene, as far as there was time for it. Raises Refusal."""
    return run(scene.experiment, PATIENCE if paths_are_ready() and not _stopped(scene) else 0.0)


def _stopped(scene: Scene) -> bool:
    """Any other experiment starts anew."""
    stopped: Experiment | None = st.session_state.get(_STOPPED)
    return stopped == scene.experiment


def progress(scene: Scene, result: Result) -> None:
    """The bar and its button, where something is still to be computed."""
    stopped = _stopped(scene)
    st.session_state[_GOING] = result.progress < 1 and not stopped
    if result.progress >= 1:
        return
    ahead.none()  # pictures ahead would take the time of the one that is asked for
    share = f"{math.floor(100 * result.progress)} %"
    with st.container(horizontal=True, vertical_alignment="center"):
        said = tr("Stopped: {share} of the work is done, and what is computed is drawn.") if stopped else tr("Computing: {share}")
        st.progress(result.progress, said.format(share=share))
        if stopped:
            st.button(tr("Go on"), key=f"{scene.page} go on", on_click=lambda: st.session_state.pop(_STOPPED, None))
        else:
            st.button(tr("Stop"), key=f"{scene.page} stop", on_click=lambda: st.session_state.update({_STOPPED: scene.experiment}))


def go_on() -> None:
    """Last thing on a page: run it again while something is under way."""
    if st.session_state.pop(_GOING, False):
        until_paths_are_ready()
        st.rerun()
