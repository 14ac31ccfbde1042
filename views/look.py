"""What Streamlit's own layout lacks: the picture starts near the top of the window, and nothing is wasted on a phone."""

import streamlit as st

from figures.icon import icon

_STYLE = """
<style>
  .stMainBlockContainer { padding: 4.3rem 2rem 3rem; max-width: 1480px; margin: 0 auto; }
  .stMainBlockContainer h2 { padding: 0 0 0.6rem; font-size: 1.7rem; }
  .stMainBlockContainer h3 { font-size: 1.3rem; padding: 0.4rem 0; }
  .stPageLink a { background: none; border: 1px solid var(--st-border-color, rgba(128, 128, 128, 0.35)); }
  .stPageLink a p { font-weight: 400; }
  .stVerticalBlock { gap: 0.7rem; }
  @media (max-width: 700px) {
    .stMainBlockContainer { padding: 4.2rem 0.8rem 2rem; }
    .stMainBlockContainer h2 { font-size: 1.25rem; }
    .stMainBlockContainer h3 { font-size: 1.05rem; }
  }
</style>
"""


def page_icon() -> str:
    return icon()


def look() -> None:
    st.html(_STYLE)
