"""A page that runs again and again still shows what each run has drawn."""

from pathlib import Path

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.visitor import ask, server, visit

RUNS = 5
SCRIPT = f"""
import sys

sys.path.insert(0, {str(Path(__file__).parents[1])!r})

import streamlit as st

from views.delivery import until_sent

run = st.session_state.get("run", 0)
st.session_state["run"] = run + 1
for line in range(200):
    st.text(f"{{line}}")
st.text(f"picture {{run}}")
if run < {RUNS}:
    until_sent()
    st.rerun()
"""


def test_every_run_s_picture_is_sent_though_the_next_run_follows_at_once(tmp_path: Path) -> None:
    """Streamlit drops what it has not sent when another run begins: with two hundred elements before it, the picture."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    pictures = []
    with server({}, str(script)) as (_, port), visit(port) as line:
        ask(line)
        for raw in line:
            text = ForwardMsg.FromString(raw if isinstance(raw, bytes) else raw.encode()).delta.new_element.text.body
            if text.startswith("picture"):
                pictures.append(text)
            if text == f"picture {RUNS}":
                break
    assert pictures == [f"picture {run}" for run in range(RUNS + 1)]
