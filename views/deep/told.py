"""What exactly is drawn on the page of deep networks, in one small paragraph."""

from deep.experiment import Deep
from deep.run import DeepResult, another, normalizations, slices
from experiment import menus
from numerals import numeral
from settings import values
from views.words import tr


def told(deep: Deep, result: DeepResult) -> str:
    """Every choice that changes the numbers, named."""
    first = result.nets[0].trial
    rows, net = first.split, first.net
    loss = tr("cross-entropy") if rows.labeled else tr("mean squared error (the target has variance 1)")
    remembers = any(normalizations()[picked.name].remembers for picked in deep.nets)
    size = first.batch
    through = [f"{one.record.update[one.cut.through]:,}" for one in result.pictures if one.cut is not None]
    said = [
        tr("Drawn: {loss}, mean over {n} training rows, on a plane of {size} parameters: {slice}, through {where}.").format(
            loss=loss,
            n=rows.n,
            size=f"{net.size:,}",
            slice=tr(slices()[deep.slice.name].label),
            where=tr("update {k}").format(k=", ".join(dict.fromkeys(through))),
        ),
        tr("All surfaces have the same colors; above four times the first loss all is as dark."),
    ]
    if another(deep):
        said.append(
            tr(
                "The two solutions: this training, and the same network trained on the same rows with seed {other} in the place of {seed}, "
                "that is from other initial weights and with the rows in another order."
            ).format(seed=deep.seed, other=deep.seed + 1)
        )
    if remembers:
        said.append(
            tr("Surface in test mode: batch normalization takes the running statistics that the network had there, at every point.")
            if deep.mode == "test"
            else tr("In train mode batch normalization takes the mean and variance of all {n} rows at every point of the surface.").format(
                n=rows.n
            )
        )
    said.append(tr("The walk is the recorded training, projected; where it is faint, it lies off this plane."))
    batch = tr("full batch") if not size else tr("mini-batches of {size}").format(size=size)
    hyper = values(deep.optimizer, menus()["optimizer"][deep.optimizer.name].fields)
    said.append(
        tr("Training: {optimizer}, η = {rate} for every network, {batch}, {steps} updates; {m} rows are held out for the test.").format(
            optimizer=tr(menus()["optimizer"][deep.optimizer.name].label),
            rate=numeral(float(hyper["rate"])),
            batch=batch,
            steps=f"{deep.steps:,}",
            m=rows.m,
        )
    )
    if remembers and size > 1 and rows.n % size == 1:
        said.append(tr("The last batch of an epoch has one row, of which batch normalization makes 0: take another batch size."))
    if remembers and size == 1:
        said.append(tr("A batch of one row is its own mean, so every normalized value in it is 0: nothing can be learned from it."))
    if remembers:
        said.append(
            tr("Running statistics: μ̄ ← p·μ̄ + (1 − p)·μ with p = {p} (PyTorch calls 1 − p momentum).").format(p=numeral(deep.memory))
        )
    return " ".join(said)
