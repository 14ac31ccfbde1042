"""How a verdict is shown: the numbers behind it in one line, and a button for the one thing to try."""

import math
from collections.abc import Sequence

from core.numerals import numeral
from verdict.verdict import Judgment, Point, Suggestion
from views.controls import edit_button
from views.language import say, tr
from views.session import E, Scene


def _curvature(point: Point) -> Sequence[str]:
    """All eigenvalues of a walk's Hessian, both ends of a network's spectrum."""
    if not point.network:
        return ["λ = " + ", ".join(numeral(float(value)) for value in point.eigenvalues)]
    ends = point.curvature
    if ends is None:
        return []
    return [
        f"λmax = {numeral(ends.highest)} ± {numeral(ends.highest_error)}",
        f"λmin = {numeral(ends.lowest)} ± {numeral(ends.lowest_error)}",
    ]


def numbers(judgment: Judgment) -> str:
    """The evidence in one line."""
    point = judgment.point
    parts = [tr("after {k} updates").format(k=f"{point.update:,}"), f"L = {numeral(point.loss)}", f"‖g‖ = {numeral(point.slope)}"]
    parts.extend(_curvature(point))
    if math.isfinite(judgment.sharpness):
        limit = tr("limit {value}").format(value=numeral(judgment.stable))
        name = tr("η·λmax, preconditioned") if point.preconditioned else "η·λmax"
        parts.append(f"{name} = {numeral(judgment.sharpness)}" + (f" ({limit})" if math.isfinite(judgment.stable) else ""))
    if math.isfinite(point.noise) and point.noise != 1:
        parts.append(tr("gradient of a batch over that of all rows: {noise}").format(noise=numeral(point.noise)))
    return " · ".join(parts)


def suggestion_button(scene: Scene[E], suggestion: Suggestion[E] | None, index: int) -> None:
    """Tries what is suggested, where anything is."""
    if suggestion is not None:
        edit_button(scene, f"try {index}", say(suggestion.text), suggestion.change, icon=":material/lightbulb:")
