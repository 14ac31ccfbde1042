"""Error Surface Lab: page config and navigation, nothing else."""

import streamlit as st

from views.look import look, page_icon
from views.warm import warm
from views.words import language_menu, tr

st.set_page_config(page_title="Error Surface Lab", page_icon=page_icon(), layout="wide")
look()
warm()
pages = [
    st.Page("views/scale.py", title=tr("Scale"), url_path="scale", default=True),
    st.Page("views/hidden_layer.py", title=tr("Hidden layer"), url_path="hidden"),
    st.Page("views/optimizers.py", title=tr("Optimizers"), url_path="optimizers"),
    st.Page("views/workbench.py", title=tr("Workbench"), url_path="workbench"),
]
page = st.navigation(pages, position="top")
page.run()
language_menu()
