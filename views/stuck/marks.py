"""Marks on the board: the critical points, the point that is looked at, its eigen-directions, the race away from it."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from browser.board import BoardData
from core.messages import N_, Message, message
from core.numerals import numeral
from figures.colors import WALKS
from figures.figure import Trace
from figures.marks import KINDS, Spot, arrows, critical, curve, line
from labs.plane.atlas import Atlas, atlas_of
from labs.plane.closeup import Closeup, rest_of
from labs.plane.escape import Runner
from labs.plane.run import PanelResult
from labs.plane.setup import Experiment
from verdict.plane import story
from verdict.verdict import label
from views.language import tr

LINES = {
    "minimum": N_("valley of minima"),
    "maximum": N_("ridge of maxima"),
    "kink": N_("line of kinks"),
    "degenerate": N_("line of degenerate points"),
}


def pair(numbers: Float[np.ndarray, " k"], half: Float[np.ndarray, " k"] | None = None) -> str:
    """ "(1.5, −0.2)". half: half the picture's sides, where the numbers are a place in it: what is nothing to them is 0."""
    size = np.zeros_like(numbers) if half is None else 1e-12 * half
    return f"({', '.join(numeral(float(x) if abs(x) > least else 0.0) for x, least in zip(numbers, size, strict=True))})"


def window_atlas(panel: PanelResult) -> Atlas:
    """The critical points of the window that is drawn."""
    window = (float(panel.a[0]), float(panel.a[-1]), float(panel.b[0]), float(panel.b[-1]))
    return atlas_of(panel.problem, rest_of(panel), window)


def with_marks(
    data: BoardData, experiment: Experiment, panel: PanelResult, near: Closeup, atlas: Atlas, runners: Sequence[Runner]
) -> BoardData:
    """The board with all of these on its one picture."""
    first, *others = data["panels"]
    half, loss = panel.unit[:2], tr("loss")
    kinds = {"minimum": "minimum", "maximum": "maximum", "kink": "kink"}
    more: list[Trace] = [curve(v.points, kinds.get(v.kind, "degenerate"), tr(LINES[v.kind])) for v in atlas.valleys]
    more += [line(runner.walk.points.path, stroke.color, tr(runner.name), "dash") for runner, stroke in zip(runners, WALKS, strict=False)]
    more += critical(
        [
            Spot(
                (float(p.position[0]), float(p.position[1])),
                p.kind,
                f"{tr(KINDS[p.kind].label)} {pair(p.position, half)}, {loss} {numeral(p.loss)}",
            )
            for p in atlas.points
        ]
    )
    more += arrows(near.theta[:2], near.plane_eigenvalues, near.vectors, half, tr("curvature {value}"))
    contour = {"data": [*first["contour"]["data"], *more], "layout": first["contour"]["layout"]}
    words = {
        **data["words"],
        "start": tr("Start of the walks: drag it, or use the arrow keys"),
        "point": tr("The point that is looked at: click anywhere, drag it, or use the arrow keys"),
    }
    walks = [
        walk | {"verdicts": [(update, tr(label(kind))) for update, kind in story(experiment, panel, walked)]}
        for walk, walked in zip(first["walks"], panel.walks, strict=True)
    ]
    adorned = first | {
        "contour": contour,
        "point": [float(near.theta[0]), float(near.theta[1])],
        "cloud": None,
        "facts": [],
        "walks": walks,
    }
    return data | {"panels": [adorned, *others], "words": words}  # type: ignore[return-value]  # a TypedDict with two keys changed


def balance(atlas: Atlas) -> Message:
    """Whether the sum of the indices is the winding number, and where not, why."""
    if atlas.agrees is True:
        text = N_("The gradient turns {n} times around the rim, and the indices of the points add up to the same: none is missing.")
        return message(text, n=atlas.winding or 0)
    if atlas.agrees is False:
        text = N_("The gradient turns {n} times around the rim, but the indices add up to {sum}: a critical point is missing here.")
        return message(text, n=atlas.winding or 0, sum=atlas.indices or 0)
    return message(_WHY[atlas.reason or "vanishes"])


_WHY = {
    "vanishes": N_("The gradient nearly vanishes on the rim, so its turns cannot be counted there."),
    "jumps": N_("The gradient jumps on the rim, so its turns cannot be counted there."),
    "valley": N_("Where critical points form curves, they have no index of their own: the turns around the rim are not compared."),
    "flat": N_("Part of the window is exactly flat: the turns around the rim are not compared."),
    "kink": N_("At a kink the gradient jumps, so it has no index: the turns around the rim are not compared."),
}


def kind_of(near: Closeup) -> str:
    """What the signs of the eigenvalues say, where the gradient is zero."""
    labels = {kind: mark.label for kind, mark in KINDS.items()} | {"flat": N_("flat")}
    return tr(labels.get(near.counts.kind, near.counts.kind))
