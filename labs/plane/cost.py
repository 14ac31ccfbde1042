"""What the maps of a scene cost, and the nearest scene that a host affords.

The unit is a value: of the loss of one row at one point. Two cores make some 5·10⁷ of them a second. A squared error needs its rows'
moments alone, and a formula has no rows: their maps are never dear. Walks go in turns, and whoever waits can stop them.
"""

import os
from dataclasses import replace

from core.messages import N_, Message, message
from labs.plane.rows import table
from labs.plane.setup import RESOLUTIONS, Experiment, Panel, loss_of, own
from surfaces.catalogue import surfaces

MOST = float(os.environ.get("ERROR_SURFACE_VALUES", "1e8"))  # values of all maps of one scene: two seconds
SLOPE = 3  # a gradient costs so many values


def _rows(experiment: Experiment) -> int:
    """Rows that every point of a map sums over."""
    if not surfaces()[experiment.surface.name].needs_data or loss_of(experiment).quadratic:
        return 1
    return len(next(iter(table(experiment.data).values())))


def _of_panel(experiment: Experiment, panel: Panel) -> int:
    return _rows(own(experiment, panel)) * (1 + SLOPE if experiment.quantity == "slope" else 1)


def map_values(experiment: Experiment) -> int:
    """Values of all maps of the scene."""
    return experiment.resolution**2 * sum(_of_panel(experiment, panel) for panel in experiment.panels)


def affordable(experiment: Experiment, most: float = MOST) -> tuple[Experiment, Message | None]:
    """The scene, or the nearest one whose maps take at most so many values, with one line that says so. At the coarsest grid any fits."""
    if map_values(experiment) <= most:
        return experiment, None
    for points in sorted(RESOLUTIONS, reverse=True):
        fits = replace(experiment, resolution=points)
        if map_values(fits) <= most or points == min(RESOLUTIONS):
            break
    if fits.resolution >= experiment.resolution:
        return experiment, None
    return fits, message(
        N_("Maps of {asked} × {asked} points over so many rows take too long here. You see {side} × {side} points."),
        asked=str(experiment.resolution),
        side=str(fits.resolution),
    )
