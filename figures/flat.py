"""Shades the flat part of a map: a veil and a hatching that stand out from the brightest and the darkest color of the scale."""

import numpy as np
from jaxtyping import Float

from figures.contour import level_lines
from figures.figure import Trace

VEIL, CLEAR, HATCH = "rgba(125, 128, 138, 0.55)", "rgba(125, 128, 138, 0)", "rgba(255, 255, 255, 0.8)"
LINES, POINTS = 34, 240  # of the hatching, and on each of its lines


def shaded(a: Float[np.ndarray, " n"], b: Float[np.ndarray, " m"], margin: Float[np.ndarray, "m n"], name: str) -> list[Trace]:
    """Two traces over a contour map; margin: below 0 where it is to be shaded, at (a[j], b[i]). Nothing where it is so nowhere."""
    if not (margin < 0).any():
        return []
    across, up = _hatching(margin)
    # Plotly paints the color of the lowest step everywhere and the next one over it: so the shaded side is the upper one.
    contours, line = {"start": 0.0, "end": 0.0, "size": 1.0, "coloring": "fill"}, {"width": 1.5, "color": HATCH, "smoothing": 0.6}
    veil = level_lines(a, b, (-margin).astype(np.float32), contours, line) | {
        "colorscale": [[0.0, CLEAR], [0.5, CLEAR], [0.5, VEIL], [1.0, VEIL]],
        "autocontour": False,
        "hoverinfo": "skip",
        "name": name,
    }
    hatching: Trace = {
        "type": "scatter",
        "mode": "lines",
        "x": (a[0] + (a[-1] - a[0]) * across).astype(np.float32),
        "y": (b[0] + (b[-1] - b[0]) * up).astype(np.float32),
        "line": {"width": 1.2, "color": HATCH},
        "connectgaps": False,
        "hoverinfo": "skip",
        "showlegend": False,
        "name": name,
    }
    return [veil, hatching]


def _hatching(margin: Float[np.ndarray, "m n"]) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, " k"]]:
    """Diagonal lines, as shares of both axes; no number where nothing is to be hatched, and between two lines."""
    x, up = np.meshgrid(np.linspace(0, 1, POINTS), np.linspace(-1, 1, LINES + 2)[1:-1])
    y = x + up
    m, n = margin.shape
    inside = (y >= 0) & (y <= 1)
    kept = inside & (_between(margin, np.clip(y, 0, 1) * (m - 1), x * (n - 1)) < 0)
    gap = np.full((LINES, 1), np.nan)
    return tuple(np.concatenate([np.where(kept, part, np.nan), gap], axis=1).ravel() for part in (x, y))  # type: ignore[return-value]


def _between(z: Float[np.ndarray, "m n"], i: Float[np.ndarray, "..."], j: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """z at fractional places, linear between neighbors along both axes."""
    low, left = np.minimum(i.astype(int), z.shape[0] - 2), np.minimum(j.astype(int), z.shape[1] - 2)
    up, right = i - low, j - left
    below = (1 - right) * z[low, left] + right * z[low, left + 1]
    above = (1 - right) * z[low + 1, left] + right * z[low + 1, left + 1]
    return (1 - up) * below + up * above
