"""Error Surface Lab: how it is served, page config and navigation, nothing else.

Streamlit imports this file once, to serve it, and then runs it for every visitor and every change.
"""

import os
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from browser.static_files import routes
from compute import engine
from compute.engines import engine_of
from views.openings import stored
from views.warm import warm, warming

if get_script_run_ctx(suppress_warning=True) is None:
    if make := engine_of(os.environ.get("ERROR_SURFACE_ENGINE", "workers")):
        computing = make()
        engine.start(lambda: stored(computing))
    warming()
    app = st.App(__file__, routes=routes())
else:
    warm()
    from views import progress
    from views.language import language_menu, one_language, tr
    from views.navigation import belongs_to
    from views.style import apply_style, page_icon

    st.set_page_config(page_title="Error Surface Lab", page_icon=page_icon(), layout="wide")
    apply_style()
    with one_language():
        views = Path(__file__).parent / "views" / "pages"
        pages = [
            st.Page(views / "scale.py", title=tr("Scale"), url_path="scale", default=True),
            st.Page(views / "hidden_layer.py", title=tr("Hidden layer"), url_path="hidden"),
            st.Page(views / "optimizers.py", title=tr("Optimizers"), url_path="optimizers"),
            st.Page(views / "deep_networks.py", title=tr("Deep networks"), url_path="deep"),
            st.Page(views / "loss.py", title=tr("Loss"), url_path="loss"),
            st.Page(views / "stuck.py", title=tr("Stuck?"), url_path="stuck"),
            st.Page(views / "classifier.py", title=tr("Classifier"), url_path="classifier", visibility="hidden"),
            st.Page(views / "workbench.py", title=tr("Workbench"), url_path="workbench"),
            st.Page(views / "masks.py", title=tr("Masks"), url_path="masks", visibility="hidden"),
        ]
        page = st.navigation(pages, position="top")
        page.run()
        language_menu()
        if page.visibility == "hidden":  # both are topics of the losses
            belongs_to("loss")
    progress.go_on()
