"""component_app.py as it is served: with the routes of the browser's files."""

import streamlit as st

from browser.static_files import routes

app = st.App("component_app.py", routes=routes())
