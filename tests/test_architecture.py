"""Imports run one way: every file's imports, read with ast, against one table. And each file of a catalogue holds one record."""

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from data.dataset import DataSet
from labs.masks.method import MaskMethod
from landscape.directions import Slice
from networks.initialization import Initialization
from normalization.feature import FeatureNormalization
from normalization.hidden_layer import HiddenNormalization
from optim.optimizer import Optimizer
from optim.schedule import Schedule
from surfaces.activation import Activation
from surfaces.loss import Loss
from surfaces.surface import Surface

ROOT = Path(__file__).resolve().parents[1]
NO_PRODUCT = {"node_modules", "tests", "benchmarks", "experiments", "shared"}  # may import what they like

# part (a folder or a file at the root) -> the other parts that its files may import
MAY_IMPORT = {
    "core": set(),  # settings, messages, how items are found
    "compute": {"core"},  # how JAX is set up, programs, long work
    "translations": {"core"},
    "data": {"core"},
    "normalization": {"core"},
    "surfaces": {"core", "normalization"},
    "optim": {"core"},
    "landscape": {"core"},
    "networks": {"core", "normalization", "surfaces"},
    "labs": {"core", "compute", "data", "normalization", "surfaces", "optim", "landscape", "networks"},
    "verdict": {"core", "compute", "labs", "data", "normalization", "surfaces", "optim", "landscape", "networks"},
    "figures": {"core"},
    "lessons": {"core", "labs", "verdict"},
    "browser": {"core", "figures"},
    "views": {"core", "compute", "translations", "figures", "lessons", "labs", "verdict", "browser"},
    "app": {"compute", "core", "views", "browser"},
}
EXCEPTIONS = {
    ("optim/batches.py", "surfaces.surface"),  # a batch is Rows; of the items of surfaces it knows nothing
}

# library -> where it may be imported
ONLY_IN = {"streamlit": ("app.py", "views/", "browser/"), "plotly": ("figures/",)}

CATALOGUES: dict[str, type[Any]] = {
    "data/tables": DataSet,
    "landscape/slices": Slice,
    "labs/masks/methods": MaskMethod,
    "normalization/features": FeatureNormalization,
    "normalization/hidden": HiddenNormalization,
    "optim/optimizers": Optimizer,
    "optim/schedules": Schedule,
    "networks/initializations": Initialization,
    "surfaces/activations": Activation,
    "surfaces/losses": Loss,
    "surfaces/models": Surface,
    "surfaces/textbook": Surface,
}


class Import(NamedTuple):
    """`file` (relative to the root) imports `module`, wherever in the file that stands."""

    file: str
    module: str

    @property
    def part(self) -> str:
        return self.file.split("/")[0].removesuffix(".py")

    @property
    def imported(self) -> str:
        return self.module.split(".")[0]


def product() -> list[Path]:
    files = [path.relative_to(ROOT) for path in ROOT.rglob("*.py")]
    return sorted(path for path in files if not path.parts[0].startswith(".") and path.parts[0] not in NO_PRODUCT)


@cache
def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def imported(path: Path) -> Iterator[str]:
    """Dotted names of the modules; `from package import module` gives package.module."""
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = path.parts[: len(path.parts) - node.level] if node.level else ()
            package = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                whole = f"{package}.{alias.name}"
                yield whole if is_module(whole) else package


PRODUCT = product()
IMPORTS = sorted({Import(path.as_posix(), module) for path in PRODUCT for module in imported(path)})


def test_the_reader_sees_imports() -> None:
    """The table below would hold for a reader that finds nothing."""
    assert Import("labs/plane/run.py", "labs.plane.walks") in IMPORTS
    assert Import("surfaces/models/linear.py", "surfaces.regression") in IMPORTS  # `from surfaces import regression`
    assert Import("landscape/linear_programs.py", "scipy.optimize") in IMPORTS  # inside a function


def test_every_part_has_its_place_in_the_table() -> None:
    assert {path.parts[0].removesuffix(".py") for path in PRODUCT} <= set(MAY_IMPORT)


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_imports_run_one_way(part: str) -> None:
    others = set(MAY_IMPORT) - MAY_IMPORT[part] - {part}
    wrong = [found for found in IMPORTS if found.part == part and found.imported in others]
    assert [found for found in wrong if (found.file, found.module) not in EXCEPTIONS] == []


def test_the_table_has_no_cycle() -> None:
    above: dict[str, set[str]] = {}
    for _ in MAY_IMPORT:
        above = {part: set(below).union(*(above.get(other, set()) for other in below)) for part, below in MAY_IMPORT.items()}
    assert [part for part in MAY_IMPORT if part in above[part]] == []


@pytest.mark.parametrize("library", ONLY_IN)
def test_library_stays_where_it_belongs(library: str) -> None:
    assert [found.file for found in IMPORTS if found.imported == library and not found.file.startswith(ONLY_IN[library])] == []


def test_private_modules_stay_in_their_folder() -> None:
    wrong = []
    for found in IMPORTS:
        names = found.module.split(".")
        private = [i for i, name in enumerate(names) if name.startswith("_") and not name.startswith("__")]
        if found.imported in MAY_IMPORT and private and Path(found.file).parent != Path(*names[: private[0]]):
            wrong.append(found)
    assert wrong == []


@pytest.mark.parametrize("folder", CATALOGUES)
def test_each_file_of_a_catalogue_holds_one_record(folder: str) -> None:
    files = [path.stem for path in sorted((ROOT / folder).glob("*.py")) if not path.stem.startswith("_")]
    assert files
    modules = {name: importlib.import_module(f"{folder.replace('/', '.')}.{name}") for name in files}
    counts = {name: sum(isinstance(value, CATALOGUES[folder]) for value in vars(module).values()) for name, module in modules.items()}
    assert counts == dict.fromkeys(files, 1)
