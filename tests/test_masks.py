"""Masked softmax, method by method and format by format, against float64 and exact rational arithmetic in NumPy."""

from compute import backend  # noqa: F401, I001  (sets up JAX before it is used)

from fractions import Fraction

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

from core.setup import settings_of
from labs.masks.setup import FORMATS, LENGTH, Masked
from labs.masks.method import FILL, mask_methods
from labs.masks.run import Outcome, masker, outcomes, run, stored
from labs.masks.verdict import rounding, verdict
from tests.test_compilations import compiling

METHODS = mask_methods()
TYPES = {"float64": np.float64, "float32": np.float32, "bfloat16": ml_dtypes.bfloat16, "float16": np.float16}
ROUND = {"float64": 2.0**-53, "float32": 2.0**-24, "bfloat16": 2.0**-8, "float16": 2.0**-11}  # half of what is between 1 and the next
LEAST = {"float64": 2.3e-308, "float32": 1.2e-38, "bfloat16": 1.2e-38, "float16": 1.2e-7}  # below it only 0, or few digits
HIGHEST = {"float64": 709.7, "float32": 88.7, "bfloat16": 88.7, "float16": 11.0}  # of exp
CASES: dict[str, tuple[tuple[float, ...], str]] = {  # scores; k for kept, - for padding
    "the page's": (Masked().scores, "kkkk--"),
    "padding scores higher": ((-3.0, -4.0, -2.5, -5.0, 6.0, 1.0), "kkkk--"),
    "padding in front and between": ((9.0, -3.0, 2.25, -8.0, 1.5, -9.0), "-k-k-k"),
    "one kept": ((0.5, 1.0, 2.0, -1.0, 0.25, 3.0), "--k---"),
    "two that tie": ((2.0, 2.0, -7.0, 1.0, 2.0, 2.0), "kkk---"),
    "many digits": ((9.7, 0.0333, -8.1, 1.234, 0.7, 2.2), "kkkk--"),
    "nothing is padding": ((1.5, -2.0, 0.0, 3.25, -0.5, 1.0), "kkkkkk"),
    "far apart": ((1e4, -1e4, 9990.0, 0.0, 1e4, -1e4), "kkkk--"),
    "all far below": ((-1e4, -9992.0, -1e4, -9984.0, 0.0, 8.0), "kkkk--"),
}
every_format = pytest.mark.parametrize("name", FORMATS)
every_method = pytest.mark.parametrize("method", METHODS)


def of(case: str, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The scores as the format holds them, in float64; what is kept."""
    scores, kept = CASES[case]
    return np.array(scores).astype(TYPES[name]).astype(float), np.array([letter == "k" for letter in kept])


def expected(method: str, y: np.ndarray, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """p and ∂o/∂y of o = Σ i·p_i, as they are without rounding: p_j(j − o), and with the softmax s in front of the mask m
    s_j(j·m_j − o)."""
    i = np.arange(1, len(y) + 1)
    among = np.ones_like(kept) if method == "multiply" else kept
    raised = np.where(among, np.exp(y - y[among].max(), where=among, out=np.zeros_like(y)), 0.0)
    s = raised / raised.sum()
    p = s * kept
    return p, s * (i * kept - (i * p).sum())


@every_format
@every_method
@pytest.mark.parametrize("case", CASES)
def test_shares_and_gradients(method: str, name: str, case: str) -> None:
    """Each of y − max, exp, the sum (one rounding a term, in float32 or better), and the quotient is rounded once; the first one's error
    grows with its size. The gradient is a sum of six products of such numbers by up to six."""
    y, kept = of(case, name)
    p, slope = expected(method, y, kept)
    among = kept if method != "multiply" else np.ones_like(kept)
    far = np.where(among, np.abs(y - y[among].max()), 0.0)
    near = far < HIGHEST[name] + 40  # beyond, both are 0 but for what float16 cannot hold
    found = outcomes(y, kept, name)[method]
    error = ROUND[name] * (far + 9)
    assert np.all(np.abs(found.p - p)[near] <= (error * p + LEAST[name])[near])
    assert np.all(found.p[~near] == 0)
    assert found.output == pytest.approx(float((np.arange(1, 7) * p).sum()), rel=ROUND[name] * (far[p > 0].max(initial=0) + 20))
    overflows = (method == "one_where") & ~kept & (y - y[kept].max() > HIGHEST[name])
    no_number = overflows | (kept & overflows.any())  # the sum that kept ones are divided by has 0·∞ in its derivative
    assert np.array_equal(np.isnan(found.slope), no_number)
    within = 2 * LENGTH**2 * ROUND[name] * (1 + far[p > 0].max(initial=0)) + 10 * LEAST[name]
    assert np.all(np.abs(found.slope - slope)[~no_number] <= within)
    if method != "multiply":
        assert np.all(found.slope[~kept & ~overflows] == 0)
        assert np.all(found.p[~kept] == 0)


@every_format
@pytest.mark.parametrize("method", ["replace", "infinity", "add"])
@pytest.mark.parametrize("case", ["the page's", "padding in front and between", "many digits"])
def test_every_operation_is_rounded_to_its_format(method: str, name: str, case: str) -> None:
    """One by one in NumPy, sums in float32 as everywhere: exponentials of two libraries may differ by one place, no more. A difference of
    9.7 and −8.1 that is not rounded to bfloat16 would give 1 % more."""
    kind = TYPES[name]
    y, kept = of(case, name)
    masked = np.where(kept, y.astype(kind), np.array(-np.inf).astype(kind))
    raised = np.exp((masked - masked.max()).astype(kind)).astype(kind)
    total = raised.sum(dtype=np.float64 if name == "float64" else np.float32).astype(kind)
    p = (raised / total).astype(kind).astype(float)
    assert outcomes(y, kept, name)[method].p == pytest.approx(p, rel=2.1 * ROUND[name], abs=0)


# nothing but padding


def all_padding(name: str, scores: tuple[float, ...] = Masked().scores) -> dict[str, Outcome]:
    return outcomes(np.array(scores), np.zeros(LENGTH, bool), name)


EMPTY = {  # method -> what p is in float64, float32, bfloat16, float16; and what the gradient is
    "replace": (("uniform", "uniform", "uniform", "nan"), ("zero", "zero", "zero", "zero")),
    "add": (("unmasked", "uniform", "uniform", "nan"), ("unmasked", "uniform", "uniform", "nan")),
    "infinity": (("nan",) * 4, ("zero",) * 4),
    "multiply": (("zero",) * 4, ("zero",) * 4),
    "one_where": (("zero",) * 4, ("nan",) * 4),
    "where": (("zero",) * 4, ("zero",) * 4),
}


@every_format
@every_method
def test_nothing_but_padding(method: str, name: str) -> None:
    found, where = all_padding(name)[method], FORMATS.index(name)
    y = np.array(Masked().scores)
    scale = ROUND[name] * 2 * LENGTH**2
    spread = 2 * LENGTH * 2.0**-20 if name == "float64" else 0.0  # scores survive in steps of 2⁻²⁰ or 2⁻²¹

    def is_what(values: np.ndarray, kind: str, of_mask: np.ndarray, of_uniform: np.ndarray) -> None:
        if kind == "nan":
            assert np.all(np.isnan(values))
        elif kind == "zero":
            assert np.all(values == 0)
        else:
            assert values == pytest.approx(of_mask if kind == "unmasked" else of_uniform, abs=scale + spread)

    nothing = np.ones(LENGTH, bool)
    (p, slope), (even, even_slope) = expected("replace", y, nothing), expected("replace", np.zeros(LENGTH), nothing)
    is_what(found.p, EMPTY[method][0][where], p, even)
    is_what(found.slope, EMPTY[method][1][where], slope, even_slope)
    if EMPTY[method][0][where] == "uniform":
        assert len(set(found.p)) == 1, "exactly"
        assert found.p[0] == float(np.array(1 / 6).astype(TYPES[name]))


@every_format
def test_the_safe_form_holds_whatever_stands_at_the_padding(name: str) -> None:
    """NaN, infinities and numbers as high as there are: shares and gradients are those of the kept ones alone."""
    (safe,) = (name for name, method in METHODS.items() if method.safe)
    assert safe == "where"
    kept = np.array([True, True, True, False, False, False])
    clean = outcomes(np.array([1.0, 2.0, 0.5, 0.0, 0.0, 0.0]), kept, name)[safe]
    for junk in (np.nan, np.inf, -np.inf, 6e4, -6e4):
        found = outcomes(np.array([1.0, 2.0, 0.5, junk, junk, junk]), kept, name)[safe]
        assert np.array_equal(found.p, clean.p)
        assert np.array_equal(found.slope, clean.slope)
    assert np.all(outcomes(np.full(LENGTH, np.nan), np.zeros(LENGTH, bool), name)[safe].slope == 0)


def test_the_safe_form_is_jaxs_own() -> None:
    """jax.nn.softmax(where=…) gives the same shares."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        y, kept = 5 * rng.standard_normal(LENGTH), rng.random(LENGTH) < 0.6
        kept[rng.integers(LENGTH)] = True
        theirs = jax.nn.softmax(jnp.asarray(y), where=jnp.asarray(kept))
        assert outcomes(y, kept, "float64")["where"].p == pytest.approx(np.asarray(theirs), abs=1e-15)


# how large, how small


@pytest.mark.parametrize("name", ["float64", "float32"])
@pytest.mark.parametrize("scale", [1.0, 100.0, 1e4])
def test_kept_shares_sum_to_one(name: str, scale: float) -> None:
    rng = np.random.default_rng(int(scale))
    for _ in range(20):
        y, kept = scale * rng.uniform(-1, 1, LENGTH), rng.random(LENGTH) < 0.6
        kept[rng.integers(LENGTH)] = True
        for method, found in outcomes(y, kept, name).items():
            assert np.all(found.p >= 0)
            assert np.all(np.isfinite(found.p))
            if method != "multiply":
                assert abs(found.sum - 1) <= rounding(name, LENGTH) == 2 * LENGTH * ROUND[name]


@pytest.mark.parametrize(("gap", "name", "nan"), [(11.0, "float16", False), (11.25, "float16", True), (11.25, "bfloat16", False)])
def test_one_where_is_undone_by_a_padding_far_above(gap: float, name: str, nan: bool) -> None:
    """e¹¹ = 59,874, and float16 ends at 65,504; bfloat16 reaches as far as float32."""
    found = outcomes(np.array([0.0, -1.0, -2.0, -3.0, gap, 0.0]), np.array([True] * 4 + [False] * 2), name)
    assert found["one_where"].answers
    assert found["one_where"].trains != nan
    assert found["where"].trains


def left_of(score: float, digits: int) -> float:
    """score + (−2³²) rounded to so many binary digits, ties to even, in rational arithmetic; then −2³² taken away."""
    exact = Fraction(score) - 2**32
    step = Fraction(2) ** ((abs(exact).numerator // abs(exact).denominator).bit_length() - digits)
    return float(round(exact / step) * step + 2**32)


@pytest.mark.parametrize("score", [0.0, 10.0, 128.0, 129.0, 200.0, 256.0, 385.0, 1e4, -10.0, -256.0, -257.0, -300.0, -1e4])
@pytest.mark.parametrize(("name", "digits"), [("float32", 24), ("bfloat16", 8)])
def test_what_adding_leaves_of_a_score(score: float, name: str, digits: int) -> None:
    held = float(np.array(score).astype(TYPES[name]))
    (left,) = stored(np.array([score]), name).left
    assert left == left_of(held, digits)
    if name == "float32":
        assert left % (256 if held > 0 else 512) == 0
    else:
        assert left == 0


@pytest.mark.parametrize("score", [3.0, -7.3, 0.1])
def test_float64_keeps_a_score_to_seven_decimals_and_float16_nothing(score: float) -> None:
    assert stored(np.array([score]), "float64").left[0] == pytest.approx(score, abs=2.0**-21)
    assert np.isnan(stored(np.array([score]), "float16").left[0])


@every_format
def test_the_number_as_stored(name: str) -> None:
    kind, found = TYPES[name], stored(np.zeros(LENGTH), name)
    with np.errstate(over="ignore"):
        number = np.array(FILL).astype(kind)
    assert found.fill == float(number) == {"float64": -4294967295.0, "float16": -np.inf}.get(name, -4294967296.0)
    if name == "float16":
        assert found.spacing is None
    else:
        inside = np.array(-(2.0**31) - 2.0**30).astype(kind)
        above = np.nextafter(inside, np.array(0).astype(kind))
        assert found.spacing == float(above.astype(np.float64) - inside.astype(np.float64))
    assert float(jnp.exp(jnp.asarray(-1.01 * found.underflow, name))) == 0.0
    assert np.exp(np.array(-0.98 * found.underflow).astype(kind)) > 0


@pytest.mark.parametrize("above", [0.0, 2.0, 700.0, 746.0])
def test_a_padding_is_exactly_zero_only_far_below_the_kept_scores(above: float) -> None:
    """Kept scores about −2³² themselves: the padding that stands at −2³² + 1 gets its share like them."""
    found = outcomes(np.array([FILL + above, -1e300, 5.0]), np.array([True, True, False]), "float64")["replace"]
    assert found.p[2] == pytest.approx(np.exp(-above) / (1 + np.exp(-above)), rel=1e-12, abs=LEAST["float64"])
    assert (found.leaked == 0) == (above > stored(np.zeros(1), "float64").underflow)


# what is said of it

SAID = {
    "NaN": Outcome(np.array([True, False]), np.array([np.nan, np.nan]), np.array(np.nan), np.zeros(2)),
    "gradient NaN": Outcome(np.array([True, False]), np.array([1.0, 0.0]), np.array(1.0), np.array([0.0, np.nan])),
    "0.5 each": Outcome(np.array([False, False]), np.array([0.5, 0.5]), np.array(1.5), np.zeros(2)),
    "padding: 0.25": Outcome(np.array([True, False]), np.array([0.75, 0.25]), np.array(1.25), np.zeros(2)),
    "sum 0.75": Outcome(np.array([True, False]), np.array([0.75, 0.0]), np.array(0.75), np.zeros(2)),
    "padding has a gradient": Outcome(np.array([True, False]), np.array([1.0, 0.0]), np.array(1.0), np.array([0.0, -1e-9])),
    "sum 1": Outcome(np.array([True, False]), np.array([1.0, 0.0]), np.array(1.0), np.zeros(2)),
    "all 0": Outcome(np.array([False, False]), np.zeros(2), np.array(0.0), np.zeros(2)),
}


@pytest.mark.parametrize("said", SAID)
def test_a_verdict(said: str) -> None:
    kind = "good" if said in ("sum 1", "all 0") else "nan" if "NaN" in said else "wrong"
    found = verdict(SAID[said], "float32")
    assert (found.kind, found.text.english) == (kind, said)


@every_format
@pytest.mark.parametrize("case", CASES)
def test_the_safe_form_is_good_in_every_case(case: str, name: str) -> None:
    y, kept = of(case, name)
    assert verdict(outcomes(y, kept, name)["where"], name).kind == "good"
    assert verdict(all_padding(name)["where"], name).kind == "good"
    assert (verdict(outcomes(y, kept, name)["multiply"], name).kind == "good") == bool(kept.all() or y[kept].max() > y[~kept].max() + 20)


def test_a_run_holds_both_cases_in_every_format() -> None:
    masked = Masked(y1=3.0, pad2="yes")
    found = run(masked)
    for name in FORMATS:
        assert list(found.here[name]) == list(found.empty[name]) == list(METHODS)
        assert found.here[name]["where"].kept.tolist() == [True, False, True, True, False, False]
        assert found.here[name]["where"].p[0] == outcomes(np.array(masked.scores), ~np.array(masked.padding), name)["where"].p[0]
        assert not found.empty[name]["where"].kept.any()


def test_fields_are_the_record() -> None:
    assert [field.default for field in settings_of(Masked).values()] == [getattr(Masked(), name) for name in settings_of(Masked)]
    assert Masked().padded((True, False) * 3).padding == (True, False) * 3


def test_a_change_of_scores_or_padding_compiles_nothing() -> None:
    run(Masked())
    with compiling() as found:
        run(Masked(y1=-7.5, y4=1e3, pad1="yes", pad5="no", format="float16"))
    assert not found
    assert masker("float16") is masker("float16")
