"""Done once for the whole server: the first scene is computed, and the garbage collector told to leave what is loaded alone."""

import gc

import streamlit as st

from experiment import run
from lessons.scenes import SCALE


@st.cache_resource(show_spinner=False)
def warm() -> bool:
    """A full collection holds the interpreter for 70-160 ms once JAX is loaded; frozen, it is a fraction of a millisecond."""
    run(SCALE)
    gc.collect()
    gc.freeze()
    return True
