"""What Streamlit's own layout lacks: the picture starts near the top, colors that can be read, a ring around what has the focus."""

import streamlit as st

from figures.icon import icon

# light-dark() follows the color scheme that Streamlit sets on .stApp. The ring has the primary colors of .streamlit/config.toml.
_STYLE = """
<style>
  .stApp { --esl-ring: light-dark(#0c647a, #4cafb6); }
  .stMainBlockContainer { padding: 4.1rem 2rem 3rem; max-width: 1480px; margin: 0 auto; }
  .stMainBlockContainer .stHeading > div { margin-bottom: 0; }
  .stMainBlockContainer h1 { padding: 0; font-size: 1.7rem; font-weight: 600; }
  .stMainBlockContainer h2 { padding: 0.4rem 0; font-size: 1.3rem; font-weight: 600; }
  .stApp :is([data-testid="stTopNavLink"], [data-testid="stSidebarNavLink"])[aria-current="page"] {
    font-weight: 600; background-color: light-dark(rgba(151, 166, 195, 0.25), rgba(172, 177, 195, 0.25));
  }
  .stPageLink a { background: none; border: 1px solid var(--st-border-color, rgba(128, 128, 128, 0.35)); }
  .stPageLink a p { font-weight: 400; }
  .stVerticalBlock { gap: 0.7rem; }

  /* Streamlit fades captions to less than 4.5 : 1, and writes white on the light primary color of the dark theme. */
  .stApp [data-testid="stCaptionContainer"] { opacity: 1; color: light-dark(#5d5c5a, #aeadab); }
  .stApp [data-testid="stCaptionContainer"] p { color: inherit; }
  .stApp [data-testid="stBaseButton-primary"] { color: light-dark(#ffffff, #0d2225); transition: none; }

  /* A picture that a training is still adding to is no stale one: it would be pale as long as the training takes. */
  .stApp [data-testid="stElementContainer"][data-stale="true"] { opacity: 1; }

  /* A formula that is wider than its column goes on in the next line, and slanted letters have room: no keyboard could scroll it. */
  .stApp .katex-display { padding: 0.35em 0.3em; overflow-y: hidden; }
  .stApp .katex-display > .katex, .stApp .katex-display > .katex > .katex-html { white-space: normal; }
  .stApp .katex-display > .katex > .katex-html > .base { margin: 0.2em 0; }

  /* Whatever the keyboard reaches shows it, in one way. Of a switch and of a choice the browser focuses an input that nobody sees. */
  .stApp :is(a, button, summary, [tabindex]):focus-visible,
  .stApp :is(.stCheckbox, .stRadio) label:has(input:focus-visible) { outline: 3px solid var(--esl-ring); outline-offset: 2px; }
  .stApp .stMain:focus-visible { outline-offset: -3px; }

  /* The fold of views/plane/main_controls.py: in a narrow window alone. */
  .stElementContainer:has(.esl-fold) { display: none; }
  @media (max-width: 700px) {
    .stMainBlockContainer { padding: 3.9rem 0.8rem 2rem; }
    .stMainBlockContainer h1 { font-size: 1.2rem; padding: 0; }
    .stMainBlockContainer h2 { font-size: 1.05rem; }
    .stVerticalBlock, .stHorizontalBlock { row-gap: 0.5rem; }
    .stElementContainer:has(.esl-fold) { display: block; }
    .esl-fold summary { padding: 0.55rem 0.2rem; font-weight: 600; line-height: 1.3; cursor: pointer; }
    .st-key-esl-at-hand .katex-display { display: none; }
    .stColumn:has(.esl-fold:not([open])) .st-key-esl-folded { display: none; }
  }
</style>
"""


def page_icon() -> str:
    return icon()


def apply_style() -> None:
    st.html(_STYLE)
