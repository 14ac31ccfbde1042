"""What exactly is drawn on the page of deep networks, in one small paragraph."""

from collections.abc import Callable

from core.numerals import numeral, percent
from labs.deep.flat import FLAT, HIGH
from labs.deep.run import DeepResult, NetworkResult, another
from labs.deep.setup import NORMALIZATION, SLICE, Deep
from labs.plane.setup import OPTIMIZER
from views.deep.board import loss_of, name_of, outcome_of, regions_of
from views.language import tr


def shared(result: DeepResult) -> bool:
    """Whether all pictures are of one plane."""
    planes = [network.slice.plane for network in result.pictures if network.slice is not None]
    return len(planes) > 1 and all(part is first for plane in planes[1:] for part, first in zip(plane, planes[0], strict=True))


def caption(deep: Deep, result: DeepResult) -> str:
    """Every choice that changes the numbers, named."""
    first = result.nets[0].setup
    rows = first.split
    by_loss = result.nets[0].by_loss
    loss = tr("cross-entropy") if rows.labeled else tr("mean squared error (the target has variance 1)")
    loss = ", ".join(dict.fromkeys(loss_of(network) for network in result.pictures)) if by_loss else loss
    remembering = [network.setup for network in result.nets if NORMALIZATION.items()[network.picked.name].remembers]
    remembers, sizes = bool(remembering), list(dict.fromkeys(network.setup.batch for network in result.nets))
    through = [f"{network.record.update[network.slice.through]:,}" for network in result.pictures if network.slice is not None]
    sentences = [
        tr("Drawn: {loss}, mean over {n} training rows, on a plane of {size} parameters: {slice}, through {where}.").format(
            loss=loss,
            n=rows.n,
            size=" | ".join(dict.fromkeys(f"{network.setup.net.size:,}" for network in result.nets)),
            slice=tr(SLICE.items()[deep.slice.name].label),
            where=tr("update {k}").format(k=", ".join(dict.fromkeys(through))),
        ),
        tr("Losses have no scale in common: each surface has its own colors. Above four times its first loss all is as dark.")
        if by_loss
        else tr("All surfaces have the same colors; above four times the first loss all is as dark."),
    ]
    if shared(result):
        sentences.append(
            tr("They are drawn on one plane, with the same axes: chosen for all paths together, through {name}.").format(
                name=name_of(result.nets[0])
            )
        )
    elif deep.planes == "shared" and len(result.nets) > 1:
        sentences.append(tr("The networks have different parameters, so no plane holds them all: each has its own."))
    if any(network.slice is not None and network.slice.slopes is not None for network in result.pictures):
        sentences.append(
            tr(
                "Shaded, flat and high: ‖∇L‖ of all parameters is below {slope} % of its largest in the window, and the loss more than "
                "{height} % of the way up from the lowest to the highest."
            ).format(slope=percent(FLAT), height=percent(HIGH))
        )
    decided = regions_of(result.nets[0])
    if decided is not None and decided.chart.names is None:
        sentences.append(
            tr(
                "Decision regions: on the plane through the mean of the rows, along the first two principal components of the standardized "
                "features, which hold {share} % of their variance. The rows lie beside that plane: what is predicted of one may differ."
            ).format(share=percent(decided.chart.share))
        )
    if another(deep):
        sentences.append(
            tr(
                "The two solutions: this training, and the same network trained on the same rows with seed {other} in the place of {seed}, "
                "that is from other initial weights and with the rows in another order."
            ).format(seed=deep.seed, other=deep.seed + 1)
        )
    if remembers:
        sentences.append(
            tr("Surface in test mode: batch normalization takes the running statistics that the network had there, at every point.")
            if deep.mode == "test"
            else tr("In train mode batch normalization takes the mean and variance of all {n} rows at every point of the surface.").format(
                n=rows.n
            )
        )
    sentences.append(tr("The walk is the recorded training, projected; where it is faint, it lies off this plane."))
    batch = " | ".join(tr("mini-batches of {size}").format(size=size) if size else tr("full batch") for size in sizes)
    sentences.append(
        tr("Training: {optimizer}, η = {rate} for every network, {batch}, {steps} updates; {m} rows are held out for the test.").format(
            optimizer=tr(OPTIMIZER.items()[deep.optimizer.name].label),
            rate=numeral(float(OPTIMIZER.values(deep.optimizer)["rate"])),
            batch=batch,
            steps=f"{deep.steps:,}",
            m=rows.m,
        )
    )
    if any(setup.batch > 1 and rows.n % setup.batch == 1 for setup in remembering):
        sentences.append(tr("The last batch of an epoch has one row, of which batch normalization makes 0: take another batch size."))
    if any(setup.batch == 1 for setup in remembering):
        sentences.append(tr("A batch of one row is its own mean, so every normalized value in it is 0: nothing can be learned from it."))
    scaled = [network.setup.net for network in result.nets if network.setup.net.scaled]
    if scaled:
        sentences.append(
            tr(
                "A residual layer adds F(x)/L to what came in, L the number of these layers, so that all of them together do not add more "
                "in a deeper network (Hanin & Rolnick 2018): 1/L = {branch}."
            ).format(branch=" | ".join(dict.fromkeys(numeral(float(f"{net.branch:.3g}")) for net in scaled)))
        )
    if remembers:
        sentences.append(
            tr("Running statistics: μ̄ ← p·μ̄ + (1 − p)·μ with p = {p} (PyTorch calls 1 − p momentum).").format(p=numeral(deep.memory))
        )
    return " ".join(sentences)


def errors(result: DeepResult) -> str:
    """Training loss and training error at the end: what deeper networks are compared by, since neither is about unseen rows."""

    def listed(number: Callable[[NetworkResult], str]) -> str:
        ends = ((network, number(network) if network.record.diverged is None else outcome_of(network)) for network in result.nets)
        return "; ".join(f"{name_of(network)} {end}" for network, end in ends)

    losses = listed(lambda network: numeral(float(f"{network.record.measured.loss[network.record.last]:.3g}")))
    text = tr("Training loss after {k} updates: {losses}.").format(k=f"{result.nets[0].setup.steps:,}", losses=losses)
    if not result.nets[0].setup.split.labeled:
        return text
    wrong = listed(lambda network: f"{percent(1 - float(network.record.measured.accuracy[network.record.last]), 1)} %")
    return text + " " + tr("Wrong on the training rows: {wrong}.").format(wrong=wrong)
