"""What Streamlit itself needs: a page with one slider, whose value it writes."""

import streamlit as st

st.set_page_config(page_title="Empty", layout="wide")
value = st.slider("value", 0, 1000, 100)
st.write(f"value {value}")
