"""What a run of the page has drawn is sent before the page runs again.

Streamlit throws away what one run has drawn and its server has not sent yet as soon as the next run begins. On a busy server that is the
picture that a person waited for.
"""

import threading
import time

from streamlit import runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.session_manager import SessionManager

LIMIT = 5.0  # seconds: a browser that takes longer may have gone
LOOK = 0.01  # seconds between two looks


def _session() -> AppSession | None:
    """The session that this run of the page is for; None without a server. Streamlit has no public word for it."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not runtime.exists():
        return None
    sessions: SessionManager | None = getattr(runtime.get_instance(), "_session_mgr", None)  # none in Streamlit's own AppTest
    active = None if sessions is None else sessions.get_active_session_info(context.session_id)
    session = None if active is None else active.session
    return session if isinstance(session, AppSession) else None


def until_sent() -> None:
    """Wait until all that this run has drawn so far is on its way to the browser."""
    session = _session()
    if session is None:
        return
    deadline = time.monotonic() + LIMIT
    queued = threading.Event()
    session._event_loop.call_soon_threadsafe(queued.set)  # runs after the calls that put into the queue what was drawn
    queued.wait(LIMIT)
    while not session._browser_queue.is_empty() and time.monotonic() < deadline:
        time.sleep(LOOK)
