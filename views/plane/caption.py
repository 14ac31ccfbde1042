"""What exactly is drawn, in one small paragraph: model, loss, rows, bias, batches, what counts as arrived, which slice."""

from core.numerals import numeral
from core.settings import Option
from labs.plane.arrival import DISTANCE, GRADIENT
from labs.plane.run import PanelResult, Result
from labs.plane.setup import SURFACE, Experiment, loss_of, surfaces
from views.language import tr


def caption(experiment: Experiment, result: Result) -> str:
    """Every choice that changes the numbers, named."""
    first = result.panels[0]
    if first.prepared is None:
        parts = [tr("{surface}, drawn as it is.").format(surface=tr(surfaces()[experiment.surface.name].label))]
        if first.problem.surface.first_steps:
            parts = [_output_space(experiment)]
        if first.fit.loss is not None:
            parts.append(
                _counted(first, tr("Counted: the updates until {way} of the way down from the start's loss to the minimum's, for good."))
            )
        return " ".join(parts)
    chosen = dict(first.problem.structure.options)
    loss = loss_of(experiment)
    n = first.prepared.n
    over = tr("summed over {n} rows") if chosen.get("reduce") == "sum" else tr("mean over {n} rows")
    parts = [
        tr("Drawn: {loss} of {model}, {over}, over {axes}.").format(
            loss=tr(loss.label),
            model=tr(surfaces()[experiment.surface.name].label),
            over=over.format(n=n),
            axes=", ".join(first.axes[:2]).replace("<sub>", "").replace("</sub>", ""),
        )
    ]
    if surfaces()[experiment.surface.name].hidden_layer:
        parts.append(tr("Two hidden units without bias, weights diag(1, g)·[[1, 1], [1, −1]]/√2; the output bias is at its best."))
    for field in SURFACE.fields(experiment.surface.name):
        if isinstance(field, Option) and field.name in ("bias", "plane"):
            parts.append(tr("{what}: {choice}.").format(what=tr(field.label), choice=tr(field.label_of(chosen[field.name]))))
    if chosen.get("bias") == "trained":
        parts.append(tr("The drawn plane holds the bias at the minimum's; the walks move it too."))
    parts += [_softmax(panel) for panel in result.panels if panel.problem.surface.classes][:1]
    if loss.labels and not first.problem.surface.classes:
        parts.append(tr("Label 1 where the target is above its mean, else 0."))
    batch = tr("full batch") if not 0 < experiment.batch < n else tr("mini-batches of {size}").format(size=experiment.batch)
    parts.append(tr("Updates: {batch}; counted from 0; loss and gradient curves are of all rows.").format(batch=batch))
    if 0 < experiment.batch < n and (surfaces()[experiment.surface.name].hidden_layer or chosen.get("bias") == "best"):
        parts.append(tr("In a mini-batch the bias is the best one for all rows: the mean over the batches is the full gradient."))
    if surfaces()[experiment.surface.name].hidden_layer and any(panel.panel.hidden.name != "none" for panel in result.panels):
        parts.append(tr("Batch normalization is in train mode: the batch's own mean and variance."))
        if result.same and len(result.panels) > 1:
            parts.append(tr("The pictures start from the same function: vᵢ → σᵢ·vᵢ."))
        if experiment.batch == 1:
            parts.append(tr("A batch of one row is its own mean, so every normalized value in it is 0: nothing can be learned from it."))
    goals = list(dict.fromkeys(numeral(panel.goal) for panel in result.panels if panel.goal is not None))
    if any(panel.fit.loss is not None for panel in result.panels):
        by_loss = tr("Counted: the updates until loss − minimum ≤ {goal} for good, {share} of the loss of the best constant.")
        if len(goals) == 1 and loss.quadratic and chosen.get("reduce") == "mean":
            by_loss = tr("Counted: the updates until loss − minimum ≤ {goal} = {part}·Var(y) for good.")
        parts.append(_counted(first, by_loss, ", ".join(goals)))
    return " ".join(parts)


def _counted(panel: PanelResult, by_loss: str, goal: str = "") -> str:
    """What counts as arrived, and what the mark is. by_loss: the sentence where the loss counts."""
    texts = {
        DISTANCE: tr("Counted: the updates until the distance from the minimum is at most {share} of the start's, for good."),
        GRADIENT: tr("Counted: the updates until the norm of the gradient is at most {share} of the start's, for good."),
    }
    share = panel.arrival.share
    text = texts.get(panel.arrival.measure, by_loss)
    text = text.format(goal=goal, share=f"{numeral(100 * share)} %", part=numeral(share), way=f"{numeral(100 * (1 - share))} %")
    return text + " " + tr("✓: at rest at the lowest minimum known.")


def _softmax(panel: PanelResult) -> str:
    text = tr(
        "Softmax regression: {share}·‖θ‖² is in the loss, so that there is a minimum where classes can be separated. The drawn plane "
        "holds the weights of the other classes and all biases at the minimum's; the walks move them too, from 0."
    )
    return text.format(share=numeral(dict(panel.problem.numbers)["decay"] / 2))


def _output_space(experiment: Experiment) -> str:
    """Which slice of the space of all logits is drawn."""
    chosen = SURFACE.values(experiment.surface)
    text = tr("Drawn: the loss of one row whose right class is {target}, over its logits y₁ and y₂, at temperature T = {temperature}.")
    if int(chosen["classes"]) > 2:
        text += " " + tr("{classes} classes: all other logits are {others}.").format(
            classes=chosen["classes"], others=numeral(float(chosen["others"]))
        )
    text += " " + tr("The squared error is the sum over the classes.")
    if experiment.quantity == "slope":
        text += " " + tr("The maps show the norm of the gradient; in 3-D, the loss.")
    return text.format(target=min(int(chosen["target"]), int(chosen["classes"])), temperature=numeral(float(chosen["temperature"])))
