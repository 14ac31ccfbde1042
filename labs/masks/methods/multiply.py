from core.messages import N_
from labs.masks.method import Kept, MaskMethod, Scores
from surfaces.softmax import softmax


def multiplied(scores: Scores, kept: Kept) -> Scores:
    return softmax(scores) * kept.astype(scores.dtype)


method = MaskMethod(
    label=N_("multiply after softmax"),
    formula=r"m_i\,\mathrm{softmax}(y)_i,\qquad m_i=\begin{cases}1&\text{kept}\\0&\text{padding}\end{cases}",
    source="",
    softmax=multiplied,
    rank=40,
)
