"""Which networks are trained side by side, and the setup of each one's training."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from core.messages import N_, Message, Value, message
from core.settings import Pick, Setting, numbers
from core.setup import Settings
from labs.deep.rows import classifies, split
from labs.deep.setup import MOST_RACED, OWN, Deep
from labs.deep.training_setup import TrainingSetup
from networks.architecture import Architecture
from networks.losses import REGRESSION
from normalization.hidden_layer import AFFINE, hidden_normalizations
from optim.optimizer import optimizers
from surfaces.class_loss import class_losses

MOST_OF_NEWTON = 2000  # parameters
WAYS: Mapping[str, tuple[bool, ...]] = MappingProxyType(  # which networks are residual
    {"plain": (False,), "scaled": (True,), "plain_scaled": (False, True), "residual": (True,), "both": (False, True)}
)


class Entrant(NamedTuple):
    """One of the networks that are raced."""

    hidden: Pick  # what normalizes inside, and what this network has for itself
    residual: bool
    loss: Pick


def own_of(picked: Pick) -> Settings:
    """What a network has for itself."""
    return tuple((name, value) for name, value in picked.settings if name in OWN)


def differing(deep: Deep) -> tuple[str, ...]:
    """In which of these the networks differ, but for the place of a normalization that is none."""
    normalized = [picked for picked in deep.nets if picked.name != "none"]
    asked = {name: normalized if name == "place" else deep.nets for name in OWN}
    return tuple(name for name, nets in asked.items() if len({getattr(deep.of(picked), name) for picked in nets}) > 1)


def _told_apart(deep: Deep) -> list[Pick]:
    """The networks, each with all for itself in which they differ, also where it has what is set for all."""
    names = differing(deep)
    return [picked.having(**{name: getattr(deep.of(picked), name) for name in names}) if names else picked for picked in deep.nets]


def senseless(deep: Deep, picked: Pick) -> Message | None:
    """Why a normalization makes no sense in these layers; None if it does."""
    item = hidden_normalizations()[picked.name]
    return item.senseless(deep.of(picked).width, numbers(picked, item.fields))


def unscaled(net: Architecture) -> Message | None:
    """What a residual network should have and has not: branches that are scaled, or normalized."""
    if not net.residual or net.scaled or net.normalization != "none" or net.depth < 2:
        return None
    return message(
        N_(
            "The residual branches are neither scaled nor normalized: each of the {count} adds as much again, and the values grow with "
            "every layer. Take branches that are scaled by 1/L."
        ),
        count=net.depth - 1,
    )


def unfit(optimizer: str, size: int) -> Message | None:
    """Why an optimizer cannot train a network of `size` parameters; None if it can."""
    if optimizer == "newton" and size > MOST_OF_NEWTON:
        return message(
            N_("Newton's method needs the whole Hessian: at most {most} parameters. This network has {size}; make it smaller."),
            most=MOST_OF_NEWTON,
            size=size,
        )
    return None


def usual_loss(labeled: bool) -> Pick:
    """The loss for training where losses are not compared: cross-entropy for classes, squared error for a numeric target."""
    return Pick("cross_entropy" if labeled else REGRESSION)


def races_losses(deep: Deep) -> bool:
    """Whether the networks differ in their losses."""
    return bool(deep.losses) and classifies(deep.data)


def entrants(deep: Deep) -> list[Entrant]:
    """The networks that are trained. Without a hidden layer there is nothing to normalize and nothing to skip."""
    losses = deep.losses if races_losses(deep) else (usual_loss(classifies(deep.data)),)
    nets = [
        (picked, residual) if deep.of(picked).depth else (Pick("none", own_of(picked)), False)
        for picked in _told_apart(deep)
        for residual in WAYS[deep.residual]
    ]
    return [Entrant(*net, loss) for net in dict.fromkeys(nets) for loss in losses][:MOST_RACED]


def training_setup(deep: Deep, picked: Pick, residual: bool = False, loss: Pick | None = None) -> TrainingSetup:
    """The training setup of one network. loss: None for the usual one.

    Settings that the network does not use keep their defaults, so that changing them does not start another training.
    """
    deep = deep.of(picked)
    rows = split(deep.data, deep.features, deep.held_out_fraction, deep.seed)
    picked = picked if deep.depth else Pick("none")
    item, trained_with = hidden_normalizations()[picked.name], loss or usual_loss(rows.labeled)
    net = Architecture(
        inputs=rows.inputs,
        width=deep.width if deep.depth else Deep.width,
        depth=deep.depth,
        activation=deep.activation if deep.depth else Deep.activation,
        normalization=picked.name,
        outputs=rows.outputs,
        place=deep.place if picked.name != "none" else "before",
        affine=deep.affine == "on" and item.affine,
        residual=residual,
        scaled=residual and deep.residual in ("scaled", "plain_scaled"),
    )
    recovers = deep.begin == "recovering" and net.scales and item.recover is not None
    full = optimizers()[deep.optimizer.name].full_batch_only or not 0 < deep.batch < rows.n
    unread = () if net.scales and not recovers else tuple(field.name for field in AFFINE)  # γ and β do not begin as they are set
    return TrainingSetup(
        net=net,
        loss=_changed(trained_with, class_losses()[trained_with.name].fields if rows.labeled else ()),
        hidden=_changed(picked, item.fields, unread),
        memory=deep.memory if item.remembers else Deep.memory,
        data=deep.data,
        features=deep.features,
        held_out_fraction=deep.held_out_fraction,
        initialization=deep.initialization,
        recovering=recovers,
        optimizer=deep.optimizer,
        schedule=deep.schedule,
        warmup=deep.warmup,
        batch=0 if full else deep.batch,
        steps=deep.steps,
        seed=deep.seed,
        frozen=deep.frozen == "yes" and item.remembers,
    )


def _changed(picked: Pick, fields: tuple[Setting, ...], unread: tuple[str, ...] = ()) -> Pick:
    """The pick without settings that are unused or equal to their defaults."""
    defaults: dict[str, Value] = {field.name: field.default for field in fields}
    kept = ((name, value) for name, value in picked.settings if value != defaults.get(name, value) and name not in unread)
    return Pick(picked.name, tuple(kept))


def other_solution(setup: TrainingSetup) -> TrainingSetup:
    """The same network trained on the same rows from the next seed's weights, in another order of the rows."""
    return replace(setup, seed_offset=1)
