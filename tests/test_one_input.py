"""A network of one input: its curve over x beside NumPy, on the board, and the toy of the edge of stability at an address."""

import numpy as np
import pytest

from compute import backend  # noqa: F401  (float64, before JAX)
from core.address import read
from labs.deep.curve import curve, has_curve
from labs.deep.run import run
from labs.deep.setup import Deep
from views.deep.board import deep_board
from views.view_state import ViewState

# 1-100-1 tanh on 20 points of a Chebyshev polynomial (Cohen et al. 2021, arXiv 2103.00065): full batch, a constant rate.
TOY = {
    "data": "chebyshev",
    "n1": "none",
    "depth": "1",
    "width": "100",
    "activation": "tanh",
    "initialization": "lecun",
    "batch": "0",
    "steps": "60",
    "held": "0.05",
    "optimizer": "gradient_descent",
    "optimizer.rate": "0.02",
    "resolution": "25",
    "v": "1",
}


def test_the_toy_of_the_edge_of_stability_draws_its_curve() -> None:
    deep, _, refused = read(TOY, Deep(), ViewState())
    assert not refused
    assert (deep.width, deep.depth, deep.batch, deep.activation) == (100, 1, 0, "tanh")
    result = run(deep)
    (network,) = result.nets
    setup, record = network.setup, network.record
    assert (setup.split.inputs, setup.split.outputs, setup.split.n) == (1, 1, 19)
    assert has_curve(setup)
    drawn = curve(setup, len(record.update))
    assert list(drawn.names) == ["x", "y"]

    θ = record.theta[-1].astype(np.float64)
    w, b, v, c = np.split(θ, [100, 200, 300])
    rows, y = drawn.points[0], drawn.points[1]
    np.testing.assert_allclose(y, np.polynomial.Chebyshev.basis(4)(rows), atol=1e-12)
    x = (drawn.x - rows.mean()) / rows.std()
    expected = (v @ np.tanh(np.outer(w, x) + b[:, None]) + c) * y.std() + y.mean()
    np.testing.assert_allclose(drawn.predicted[-1], expected, rtol=1e-4, atol=1e-4)
    assert drawn.update[-1] == record.update[-1]
    assert not np.allclose(drawn.predicted[0], drawn.predicted[-1], atol=1e-3)

    (panel,) = deep_board(deep, result, ViewState(), 0)["panels"]
    assert panel["cloud"] is not None
    line, dots = panel["cloud"]["data"]
    moments = line["moments"]
    assert isinstance(moments, dict)
    assert moments["y"] == pytest.approx(drawn.predicted, rel=1e-6)
    assert dots["y"] == pytest.approx(y, rel=1e-6)
    assert setup.split.m == 1, "of one row there is no variance, so no R²"
    assert panel["walks"][0]["count"] == "—"
