"""What each network has for itself: depth, width, batch size, initial weights, place. "The same for all" unless somebody asks for more."""

from dataclasses import replace

import streamlit as st

from core.messages import N_, Value
from core.settings import Option, Pick
from core.setup import Settings
from labs.deep.races import differing, own_of
from labs.deep.setup import DEPTHS, MOST_NETS, NORMALIZATION, OWN, Deep, own_settings
from views.control_panel import fold
from views.controls import menu
from views.deep.board import words_of
from views.deep.main_controls import DeepScene
from views.language import tr

SAME = "same"
BATCHES = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)  # that are offered; an address may hold any
DIFFERING = {
    "depth": N_("depth"),
    "width": N_("width"),
    "batch": N_("batch size"),
    "initialization": N_("initial weights"),
    "place": N_("place of the normalization"),
}


def what_differs(deep: Deep) -> list[str]:
    """In what the networks differ because somebody has set it for one alone."""
    return [tr(DIFFERING[name]) for name in differing(deep)]


def having(deep: Deep, i: int, item: str, own: Settings) -> Deep:
    """With another normalization in a network, or something else that it has for itself; as before where two would be equal."""
    before = deep.nets[i]
    kept = before.settings if item == before.name else ()
    shared = tuple((name, value) for name, value in kept if name not in OWN)
    nets = (*deep.nets[:i], Pick(item, tuple(sorted((*shared, *own)))), *deep.nets[i + 1 :])
    return replace(deep, nets=nets) if len({(net.name, own_of(net)) for net in nets}) == len(nets) else deep


def with_networks(deep: Deep, count: int) -> Deep:
    """So many networks: the first ones, and more like the last, each deeper than the one before it."""
    nets = deep.nets[:count]
    while len(nets) < count:
        depth = deep.of(nets[-1]).depth
        deeper = next((more for more in DEPTHS if more > depth and more >= 2 * depth), max(less for less in DEPTHS if less < DEPTHS[-1]))
        nets = (*nets, nets[-1].having(depth=deeper))
    return replace(deep, nets=nets)


def own(scene: DeepScene) -> None:
    """A column a network, behind a fold."""
    deep = scene.experiment
    inside = fold(tr("Networks that differ in more than their normalization"), f"{scene.page} own", ":material/view_column:")
    if inside is None:
        return
    with inside:
        counts = [str(count) for count in range(1, MOST_NETS + 1)]
        label = tr("networks side by side")
        menu(scene, "networks", label, counts, str, str(len(deep.nets)), lambda e, n: with_networks(e, int(n)), segmented=True)
        for i, column in enumerate(st.columns(len(deep.nets))):
            with column:
                _one(scene, i)
        st.caption(tr("“Same for all” follows the control that all networks share. Two networks that do not differ are one."))


def _one(scene: DeepScene, i: int) -> None:
    """The controls of one network."""
    deep, net = scene.experiment, scene.experiment.nets[i]
    items = NORMALIZATION.items()

    def take_item(e: Deep, name: Value) -> Deep:
        return having(e, i, str(name), own_of(e.nets[i]))

    menu(scene, f"own item {i}", tr("normalization inside"), tuple(items), lambda name: tr(items[name].label), net.name, take_item)
    for name, kind in own_settings().items():
        now: Value = dict(net.settings).get(name, SAME)
        offered: tuple[Value, ...] = kind.choices if isinstance(kind, Option) else BATCHES
        choices = (SAME, *offered) if now in (SAME, *offered) else (SAME, now, *offered)

        def take(e: Deep, value: Value, name: str = name) -> Deep:
            rest = {key: kept for key, kept in own_of(e.nets[i]) if key != name}
            return having(e, i, e.nets[i].name, tuple((rest if value == SAME else rest | {name: value}).items()))

        def label(value: Value, name: str = name) -> str:
            if value == SAME:
                return tr("same for all: {what}").format(what=words_of(name, getattr(deep, name)))
            return words_of(name, value)

        menu(scene, f"own {name} {i}", tr(DIFFERING[name]), choices, label, now, take)
