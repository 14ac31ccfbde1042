"""Colors in one place. Loss: perceptually even, readable without color vision. Walks: Okabe and Ito's set, told apart by marker too."""

from typing import NamedTuple

# Low is bright, high is dark: the eye goes to the valley. Steps even in CIELAB lightness, one hue from ivory through teal to night.
LOSS = ("#fdfbe4", "#dcecc9", "#aedcc0", "#7cc8bd", "#4cafb6", "#2f92ab", "#27749b", "#285787", "#273c6c", "#1d2449")
LOSS_SCALE = tuple((i / (len(LOSS) - 1), color) for i, color in enumerate(LOSS))
LINES = "rgba(20, 30, 60, 0.28)"
GOAL = "#c2185b"
BATCH = "#ff4f9a"  # stands out from both ends of the scale
DATA = "#3b82c4"
PANELS = ("#d55e00", "#0072b2", "#009e73")  # marks of each panel's limit on a slider


class Stroke(NamedTuple):
    color: str
    marker: str


WALKS = (
    Stroke("#d55e00", "circle"),
    Stroke("#7b3294", "square"),
    Stroke("#e6ab02", "diamond"),
    Stroke("#111111", "triangle-up"),
)
# Classes: Okabe and Ito's set, gray and two darker hues for the eighth to the tenth; next to each other they differ in lightness too.
CLASSES = (
    Stroke("#0072b2", "circle"),
    Stroke("#e69f00", "square"),
    Stroke("#009e73", "diamond"),
    Stroke("#cc79a7", "triangle-up"),
    Stroke("#56b4e9", "cross"),
    Stroke("#d55e00", "triangle-down"),
    Stroke("#f0e442", "star"),
    Stroke("#7f7f7f", "x"),
    Stroke("#5e3c99", "circle"),
    Stroke("#8c510a", "square"),
)
DASHES = ("solid", "dash", "dot")  # curves of panel 1, 2, 3
