"""What is timed beside what, in the same process at the same time, and the table of ratios at the end.

Machines are noisy, so no benchmark fails on a time: the table says what was aimed at and whether it was met.
"""

import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import jax
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from compute import backend  # noqa: F401  (sets up JAX before it is used)

Work = Callable[[], object]
TITLE = """# Benchmarks

`make bench` makes this page. Everything in a row was timed in one run, in turns; a ratio is of the shortest times. "≤": the work beside
a bound that the machine sets, or beside another size of itself; "≥": another way of doing the same takes so many times as long."""


@dataclass(frozen=True)
class Row:
    """`value` is a ratio, or what `unit` says; it was to be at most (or at least) `aim`."""

    work: str
    beside: str
    value: float
    aim: float
    at_most: bool
    unit: str = "×"

    @property
    def met(self) -> bool:
        return self.value <= self.aim if self.at_most else self.value >= self.aim

    def __str__(self) -> str:
        sign = "≤" if self.at_most else "≥"
        return f"| {self.work} | {self.beside} | {self.value:.3g} {self.unit} | {sign} {self.aim:g} | {'yes' if self.met else '**no**'} |"


ROWS = pytest.StashKey[list[Row]]()


def seconds(work: Work) -> float:
    begun = time.perf_counter()
    jax.block_until_ready(work())
    return time.perf_counter() - begun


class Table:
    """Collects the rows of one benchmark: for the summary, and for the JSON file."""

    def __init__(self, benchmark: BenchmarkFixture, rows: list[Row]) -> None:
        self._benchmark, self._rows = benchmark, rows

    def add(self, row: Row) -> None:
        self._rows.append(row)
        self._benchmark.extra_info[f"{row.work} / {row.beside}"] = {"value": row.value, "aim": row.aim, "met": row.met, "unit": row.unit}

    def time(self, work: Work) -> None:
        """Once, for the JSON file: what is measured here is not how long this takes."""
        self._benchmark.pedantic(work, rounds=1)

    @property
    def least(self) -> float:
        """Seconds: the shortest time of the product."""
        assert self._benchmark.stats is not None
        return float(self._benchmark.stats.stats.min)

    def measure(self, work: str, product: Work, beside: dict[str, tuple[Work, float, bool]], rounds: int = 15) -> None:
        """Time `product` and everything it is compared with in turns; a ratio is of the shortest time of each.

        beside: name -> (work, aim, bound). A bound is what the machine needs at least: product/bound is to be at most the aim. Anything
        else is another way of doing it: other/product is to be at least the aim, and it is timed less often.
        """
        shortest: dict[str, float] = {}

        def others() -> None:
            for name, (other, _, bound) in beside.items():
                if bound or shortest.get(f"turns of {name}", 0) < 3:
                    shortest[name] = min(shortest.get(name, float("inf")), seconds(other))
                    shortest[f"turns of {name}"] = shortest.get(f"turns of {name}", 0) + 1

        for other, _, _ in beside.values():
            jax.block_until_ready(other())
        jax.block_until_ready(product())
        self._benchmark.pedantic(lambda: jax.block_until_ready(product()), setup=others, rounds=rounds)
        least = self.least
        for name, (_, aim, bound) in beside.items():
            self.add(Row(work, name, least / shortest[name] if bound else shortest[name] / least, aim, bound))


@pytest.fixture
def table(benchmark: BenchmarkFixture, request: pytest.FixtureRequest) -> Table:
    return Table(benchmark, request.config.stash.setdefault(ROWS, []))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows = config.stash.get(ROWS, [])
    if rows:
        lines = ["| work | beside | measured | aim | met |", "| --- | --- | --- | --- | --- |", *map(str, rows)]
        terminalreporter.write("\n" + "\n".join(lines) + "\n")
        if (file := config.getoption("--table")) is not None:
            Path(file).write_text("\n".join([TITLE, "", machine(), "", *lines, ""]), encoding="utf-8")


def machine() -> str:
    """The day, the processor, the versions."""
    info = Path("/proc/cpuinfo")
    names = [line.split(":")[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    versions = ", ".join(f"{name} {version(name)}" for name in ("jax", "numpy", "streamlit", "plotly"))
    devices = f"{jax.device_count()} JAX devices ({jax.default_backend()})"
    processor = names[0] if names else platform.machine()
    return f"{date.today().isoformat()}, {processor}, {devices}, Python {platform.python_version()}, {versions}."


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--table", help="a Markdown file to write the table of ratios into")


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Kernels of one benchmark do not fill the memory of the next."""
    yield
    jax.clear_caches()
