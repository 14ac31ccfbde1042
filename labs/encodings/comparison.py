"""The same rows and features, three linear classifiers: onto the class number, onto one-hot, and one-hot through a softmax."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, UInt8

from compute.engine import door
from compute.memo import memo
from core.settings import Option, Pair, Pick, pick, values
from labs.encodings.codes import Codes, distances, least_squares, nearest, one_hot
from labs.plane.minimum import fitted
from labs.plane.rows import class_names, class_of_rows, prepared, table
from labs.plane.run import problem_of
from labs.plane.setup import DATA, Experiment, Panel, dataset_of
from surfaces.models.softmax import weights

SIDE = 180  # points of a raster, a side
MARGIN = 0.06  # of the rows' range, on either side

Classify = Callable[[Float[np.ndarray, "2 n"]], Int[np.ndarray, " n"]]


class Classification(NamedTuple):
    """The classes that a classifier predicts."""

    predicted: UInt8[np.ndarray, "m n"]  # [i, j]: the class at (a[j], b[i])
    right: float  # accuracy: the fraction of rows whose class is the predicted one
    recall: tuple[float, ...]  # of each class, the fraction of its rows that is predicted right


class Comparison(NamedTuple):
    """The three classifiers, and the rows."""

    names: tuple[str, ...]  # of the classes
    numbers: Float[np.ndarray, " c"]  # of the classes
    x: Float[np.ndarray, "2 n"]  # the two features in the person's units
    labels: Int[np.ndarray, " n"]  # the place of each row's class in `names`
    a: Float[np.ndarray, " n"]
    b: Float[np.ndarray, " m"]
    by_number: Classification
    by_one_hot: Classification
    by_softmax: Classification
    orders: tuple[tuple[str, float], ...]  # every numbering that the table offers, and the share that is right by class number under it

    @property
    def number_distances(self) -> Float[np.ndarray, "c c"]:
        return distances(self.numbers[:, None])

    @property
    def one_hot_distances(self) -> Float[np.ndarray, "c c"]:
        return distances(one_hot(len(self.names)))


def numbering(data: Pick) -> Option | None:
    """The setting of a table that gives its classes other numbers."""
    return next((field for field in DATA.fields(data.name) if isinstance(field, Option) and field.name == "numbering"), None)


def numbers_of(data: Pick) -> Float[np.ndarray, " c"]:
    """The number of each class, in the order of `class_names`."""
    numbered, labels = table(data)[dataset_of(Experiment(data=data)).classes], class_of_rows(data)
    return np.array([numbered[np.argmax(labels == k)] for k in range(len(class_names(data)))])


def compared(experiment: Experiment) -> Comparison:
    """The three classifiers of the experiment's rows, each at its optimum. Raises Refusal where the rows have no classes."""
    class_names(experiment.data)
    item = dataset_of(experiment)
    return _compared(experiment.data.having(target=(*item.one_hot, item.classes)[0]), (experiment.scale1, experiment.scale2))


@memo
@door
def _compared(data: Pick, scales: Pair) -> Comparison:
    """data: its target is the first class, so that the softmax has the classes in their order. All models get standardized features."""
    names, labels = class_names(data), class_of_rows(data)
    chosen = Experiment(data=data, surface=pick("softmax"), scale1=scales[0], scale2=scales[1])
    softmax = problem_of(chosen, Panel(features=pick("standardize")))
    assert softmax.source is not None
    x, affine = prepared(softmax.source).raw, prepared(softmax.source).affine
    low, high = x.min(axis=1), x.max(axis=1)
    aside = MARGIN * (high - low)
    a, b = (np.linspace(low[side] - aside[side], high[side] + aside[side], SIDE) for side in (0, 1))
    across, up = np.meshgrid(a, b)
    points = np.stack([across.ravel(), up.ravel()])

    def classified(classify: Classify) -> Classification:
        right = classify(affine(x)) == labels
        return Classification(
            predicted=classify(affine(points)).reshape(across.shape).astype(np.uint8),
            right=float(right.mean()),
            recall=tuple(float(right[labels == k].mean()) for k in range(len(names))),
        )

    def onto(codes: Codes) -> Classify:
        model = least_squares(affine(x), labels, codes)
        return lambda inputs: nearest(model(inputs), codes)

    theta = fitted(softmax, (0.0, 0.0)).theta
    assert theta is not None
    w, bias = weights(theta, len(names))
    menu, numbers = numbering(data), numbers_of(data)
    others = [] if menu is None else [(str(choice), np.array([float(digit) for digit in str(choice)])) for choice in menu.choices]
    return Comparison(
        names=names,
        numbers=numbers,
        x=x,
        labels=labels,
        a=a,
        b=b,
        by_number=classified(onto(numbers[:, None])),
        by_one_hot=classified(onto(one_hot(len(names)))),
        by_softmax=classified(lambda inputs: np.argmax(w @ inputs + bias[:, None], axis=0)),
        orders=tuple((choice, classified(onto(other[:, None])).right) for choice, other in others),
    )


def order_of(data: Pick) -> str:
    """The numbering that is picked, in words: "setosa < versicolor < virginica"; "" where there is none to pick."""
    menu = numbering(data)
    return "" if menu is None else menu.label_of(menu.read(values(data, (menu,))["numbering"]))
