"""A small app around the two components: gradient descent on a raw and on a standardized quadratic.

Parameters of the address: panels=1|2|3, curves=1, view=surface, tall=1 (3135 updates).
"""

from typing import Literal

import numpy as np
import streamlit as st

from browser.board import Panel, Walk, board, board_state
from browser.slider import slider, slider_value
from figures.figure import Figure

st.set_page_config(page_title="Components", layout="wide")
query = st.query_params
WORDS = {
    "play": "Play",
    "pause": "Pause",
    "step": "One update forward",
    "meter": "{distance} off the plane; loss {truth}, drawn {drawn}",
    "redraw": "Redraw through this step",
    "speed": "Speed",
    "contour": "Contour",
    "surface": "3-D",
    "update": "update {k} of {n}",
    "leaves": "leaves the picture at update {k}",
    "diverged": "diverged at update {k}",
    "no_webgl": "This browser draws no 3-D (WebGL is off). The contour shows the same surface.",
    "data": "The data as the model sees it",
    "which": "Surface of",
    "scrub": "Shown update",
    "view": "View",
    "settled": "the goal is reached",
    "curves": "Loss against the number of updates",
    "epoch": "epoch {k} of {n}",
    "clock": "Count",
    "updates": "updates",
    "epochs": "epochs",
    "evaluation": "gradient evaluation {k} of {n}",
    "evaluations": "gradient evaluations",
    "details": "Arrows",
    "details_help": "Each update taken apart",
    "flip": "Flip-book",
    "flip_help": "The contours of each mini-batch",
    "moves": "What the arrows are.",
    "enlarged": "Drawn {times} times as long.",
    "lens": "as {optimizer} sees it",
    "start": "Start",
    "fit": "Fit",
    "reset": "Reset view",
}
START = np.array([1.9, 1.35])
GOAL = 0.0 if "tall" in query else 1e-3


@st.cache_data
def points(count: int = 90) -> np.ndarray:
    random = np.random.default_rng(3)
    x = random.normal(size=(2, count))
    x -= x.mean(1, keepdims=True)
    q, r = np.linalg.qr(x.T)
    return q.T * np.sqrt(count) * np.sign(np.diag(r))[:, None]


def descend(hessian: np.ndarray, rate: float, most: int) -> tuple[np.ndarray, np.ndarray, Literal["settled", "open", "diverged"], int]:
    """The path, its losses, how it ended and at which update."""
    theta, path = START.copy(), [START.copy()]
    first = float(theta @ hessian @ theta)
    for k in range(1, most + 1):
        theta = theta - rate * hessian @ theta
        path.append(theta.copy())
        loss = float(theta @ hessian @ theta)
        if loss > 1e6 * first:
            return np.array(path), losses(hessian, np.array(path)), "diverged", k
        if loss < GOAL * first:
            return np.array(path), losses(hessian, np.array(path)), "settled", k
    return np.array(path), losses(hessian, np.array(path)), "open", most


def losses(hessian: np.ndarray, at: np.ndarray) -> np.ndarray:
    return 0.5 * np.einsum("...i,ij,...j", at, hessian, at)


def panel(title: str, subtitle: str, scales: np.ndarray, rates: dict[str, tuple[float, str, str, str]], most: int) -> Panel:
    x = points() * scales[:, None]
    hessian = x @ x.T / x.shape[1]
    eigenvalues = np.linalg.eigvalsh(hessian)
    axis = np.linspace(-2.4, 2.4, 121)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1)
    z = np.log10(1e-3 + losses(hessian, grid)).astype(np.float32)
    ticks = {"tickmode": "array", "tickvals": [-2, -1, 0, 1, 2]}
    walks: list[Walk] = []
    for name, (rate, color, dash, marker) in rates.items():
        path, loss, status, end = descend(hessian, rate, most)
        walks.append(
            {
                "name": name,
                "color": color,
                "dash": dash,
                "marker": marker,
                "path": path,
                "lowest": 0.0,
                "excess": np.log10(1e-3 + np.minimum(loss, 1e30)).astype(np.float32),
                "slope": loss.astype(np.float32),
                "stride": 1,
                "update": np.arange(len(path), dtype=np.int32),
                "count": f"{end:,}",
                "unit": "steps" if end != 1 else "step",
                "settled": end if status == "settled" else None,
                "diverged": end if status == "diverged" else None,
                "status": status,
                "detail": f"η = {rate:.4g}",
            }
        )
    return {
        "title": title,
        "subtitle": subtitle,
        "contour": {
            "data": [
                {
                    "type": "contour",
                    "x": axis,
                    "y": axis,
                    "z": z,
                    "colorscale": "Viridis",
                    "reversescale": False,
                    "showscale": False,
                    "ncontours": 22,
                    "line": {"width": 0.6, "color": "rgba(255,255,255,0.45)"},
                    "hovertemplate": "w₁ %{x:.2f}<br>w₂ %{y:.2f}<br>log loss %{z:.2f}<extra></extra>",
                }
            ],
            "layout": {
                "xaxis": {"title": {"text": "w<sub>1</sub>"}, "range": [-2.4, 2.4], **ticks},
                "yaxis": {"title": {"text": "w<sub>2</sub>"}, "range": [-2.4, 2.4], "scaleanchor": "x", **ticks},
            },
        },
        "cloud": {
            "data": [
                {"type": "scatter", "mode": "markers", "x": x[0], "y": x[1], "marker": {"size": 6, "color": "#3b82f6", "opacity": 0.75}}
            ],
            "layout": {
                "xaxis": {"title": {"text": "x<sub>1</sub>"}, "range": [-14, 14], "nticks": 4},
                "yaxis": {"title": {"text": "x<sub>2</sub>"}, "range": [-14, 14], "scaleanchor": "x", "nticks": 4},
                "margin": {"l": 44, "r": 6, "t": 6, "b": 40},
            },
        },
        "surface": {
            "data": [{"type": "surface", "x": axis, "y": axis, "z": z, "colorscale": "Viridis", "showscale": False}],
            "layout": {
                "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
                "scene": {
                    "xaxis": {"title": {"text": "w₁"}},
                    "yaxis": {"title": {"text": "w₂"}},
                    "zaxis": {"title": {"text": "log loss"}},
                    "camera": {"eye": {"x": 1.3, "y": -1.3, "z": 0.9}},
                },
            },
        },
        "start": [float(value) for value in START],
        "axes": ("w<sub>1</sub>", "w<sub>2</sub>"),
        "fitted": True,
        "alt": f"Contours of the loss, {title}: condition number {eigenvalues[1] / eigenvalues[0]:.3g}.",
        "facts": [
            {"label": "Condition number κ", "value": f"{eigenvalues[1] / eigenvalues[0]:.3g}", "help": "λmax/λmin of the Hessian"},
            {"label": "Largest rate 2/λmax", "value": f"{2 / eigenvalues[1]:.4g}"},
            {"label": "Steepest λmax", "value": f"{eigenvalues[1]:.4g}", "help": ""},
        ],
        "walks": walks,
    }


state = st.session_state
state.setdefault("scale", 5.3)
state.setdefault("share", 0.97)
state.setdefault("steps", 40)
state.setdefault("log", [])


def take(name: str) -> None:
    value = slider_value(f"{name} slider")
    if value is not None:
        state[name] = value
        state.log.append(value)


left, middle, right = st.columns([2, 2, 1])
with left:
    scale = slider(
        "Scale of the second feature",
        state.scale,
        0.1,
        100,
        key="scale slider",
        log=True,
        unit="×",
        ticks=[(0.1, "mm"), (1.0, "cm"), (10.0, "dm"), (100.0, "m")],
        help="How many times wider the second feature is.",
        on_change=lambda: take("scale"),
    )
limit = 2 / max(1.0, scale**2)
with middle:
    share = slider(
        "Learning rate",
        state.share,
        0.01,
        2.5,
        key="share slider",
        log=True,
        symbol="η",
        marks=[
            (limit, "2/λmax raw", "#e4572e"),
            (2.0, "2/λmax standardized", "#1a7f5a"),
            (min(2.5, limit * 1.3), "edge of stability", "#7c3aed"),
        ],
        ticks=[(0.01, "0.01"), (0.1, "0.1"), (1.0, "1")],
        on_change=lambda: take("share"),
    )
with right:
    slider("Updates", state.steps, 1, 400, key="steps slider", integer=True, on_change=lambda: take("steps"))

most = 3135 if "tall" in query else int(state.steps)
fair = query.get("rate") == "same"
rate = share if fair else 0.97 * limit * share / 0.97
raw = {"GD": (rate, "#ff7a1a", "solid", "circle")}
if "more" in query:
    raw |= {"Too fast": (limit * 1.3, "#e11d48", "dash", "x"), "Careful": (limit * 0.3, "#38bdf8", "dot", "diamond")}
panels = [
    panel("Raw features", "A long valley: it zigzags", np.array([1.0, scale]), raw, most),
    panel(
        "Standardized features",
        "Nearly a circle: it walks straight",
        np.array([1.0, 1.02]),
        {"GD": (rate if fair else 0.97, "#ff7a1a", "solid", "circle")},
        most,
    ),
    panel(
        "Whitened features",
        "A circle, exactly: one step would do, were the rate one that we could know in advance",
        np.ones(2),
        {"GD": (0.5, "#ff7a1a", "solid", "circle")},
        most,
    ),
][: int(query.get("panels", "2"))]
curves: Figure | None = None
if "curves" in query:
    curves = {
        "data": [
            {"type": "scatter", "mode": "lines", "name": p["title"], "meta": {"panel": i, "walk": j, "of": "excess"}, "line": {"width": 3}}
            for i, p in enumerate(panels)
            for j in range(len(p["walks"]))
        ],
        "layout": {"yaxis": {"title": {"text": "log loss"}}, "showlegend": True},
    }
last_update = max(int(w["update"][-1]) for p in panels for w in p["walks"])
chosen = board_state("board")
if st.toggle("Show the board", True):
    board(
        {
            "panels": panels,
            "curves": curves,
            "player": {
                "length": {"updates": last_update, "epochs": last_update, "evaluations": last_update},
                "batches": 1,
                "clock": "updates",
                "clocked": False,
                "details": False,
                "flip": False,
            },
            "view": chosen.view or ("surface" if query.get("view") == "surface" else "contour"),
            "surface_panel": chosen.surface_panel or 0,
            "moving": False,
            "edit": 0,
            "words": WORDS,
        },
        "board",
    )
last = state.log[-1] if state.log else "none"
st.write(f"values received: {len(state.log)}; last: {last}; view: {chosen.view or 'contour'}; scale: {scale!r}; rate: {share!r}")
