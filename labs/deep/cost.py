"""What a scene of deep networks costs, and the nearest one that a host affords.

The unit is a product: of a weight and the value of a unit, for one row. Two cores make some 5·10¹⁰ of them a second in large networks;
in small ones the overhead of an update counts more, but they are never dear.
"""

import os
from collections.abc import Iterator
from dataclasses import replace

from core.messages import N_, Message, message
from labs.deep.races import entrants, training_setup
from labs.deep.run import another
from labs.deep.setup import DEPTHS, MOST_NETS, RESOLUTIONS, WIDTHS, Deep
from labs.deep.training_setup import TrainingSetup

MOST = float(os.environ.get("ERROR_SURFACE_PRODUCTS", "1e13"))  # products of one scene: some minutes
FEWEST_UPDATES = 100  # that a training is cut down to before its network is
BACKWARD = 3  # a value with its gradient costs so many values
MEASURED = 6  # values and gradients of all rows that a record takes


def _update(setup: TrainingSetup) -> float:
    """Products of one update. Newton's method takes a gradient for each column of the Hessian."""
    size = setup.net.size
    return BACKWARD * size * (setup.batch or setup.split.n) * (size if setup.optimizer.name == "newton" else 1)


def _records(setup: TrainingSetup) -> float:
    """Products of all that is recorded of a training."""
    return len(setup.updates) * MEASURED * setup.net.size * (setup.split.n + setup.split.m)


def _setups(deep: Deep) -> list[TrainingSetup]:
    return [training_setup(deep, *entrant) for entrant in entrants(deep)]


def training_products(deep: Deep) -> float:
    """Products of all trainings."""
    return sum(setup.steps * _update(setup) + _records(setup) for setup in _setups(deep)) * (2 if another(deep) else 1)


def drawing_products(deep: Deep) -> float:
    """Products of the losses over the planes: a value of all rows at every point."""
    setups = _setups(deep)[:MOST_NETS]
    return float(sum(deep.resolution**2 * setup.net.size * setup.split.n for setup in setups))


def products(deep: Deep) -> float:
    """All that a scene costs."""
    return training_products(deep) + drawing_products(deep)


def _cheaper(deep: Deep, most: float) -> Iterator[Deep]:
    """The scene with a coarser grid, fewer updates, a narrower network, a shallower one: the dispensable first."""
    coarser = [points for points in RESOLUTIONS if points < deep.resolution]
    if coarser and drawing_products(deep) > most / 2:
        yield replace(deep, resolution=max(coarser))
    if deep.steps > FEWEST_UPDATES:
        share = (most - drawing_products(deep)) / training_products(deep)
        yield replace(deep, steps=max(FEWEST_UPDATES, min(deep.steps - 1, int(share * deep.steps))))
    for name, choices in (("width", WIDTHS), ("depth", DEPTHS)):
        less = [choice for choice in choices if choice < deep.most(name)]
        if less:
            yield deep.capped(name, max(less))


def affordable(deep: Deep, most: float = MOST) -> tuple[Deep, Message | None]:
    """The scene, or the nearest one that costs at most so many products, with one line that says so."""
    fits = deep
    while products(fits) > most and (cheaper := next(_cheaper(fits, most), None)) is not None:
        fits = cheaper
    if fits == deep:
        return deep, None
    return fits, message(
        N_(
            "This scene asks for {times} times what one may cost here. You see the nearest that fits: {updates} updates, {depth} layers of "
            "{width} units, {side} × {side} points."
        ),
        times=float(f"{products(deep) / most:.2g}"),
        updates=f"{fits.steps:,}",
        depth=str(fits.most("depth")),
        width=str(fits.most("width")),
        side=str(fits.resolution),
    )
