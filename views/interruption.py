"""Whether a run of the page is only of a part of it, and whether that part is to run once more: what Streamlit has no public word for.

Streamlit ends a run of the whole page at its next yield point when all of it is to run again, and lets a change inside a fragment wait for
the fragment's end. In long work that is too late, so its queue of requests is read here. Beside this file only delivery.py
reads private fields of Streamlit, and requirements.txt pins the version that has them.
"""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState


def changed_meanwhile() -> bool:
    """Whether the part of the page that runs now is to run once more."""
    context = get_script_run_ctx(suppress_warning=True)
    requests = None if context is None else context.script_requests
    if requests is None or requests._state is not ScriptRequestType.RERUN:
        return False
    return ThreadState.get().fragment_id in requests._rerun_data.fragment_id_queue


def alone() -> bool:
    """Whether only the body of a page runs."""
    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and bool(context.fragment_ids_this_run)


def rerun() -> None:
    """What runs now, once more; and with it what a person has done meanwhile."""
    st.rerun(scope="fragment" if alone() else "app")
