"""One item of every kind, as CONTRIBUTING.md writes it, in a copy of the packages: it is in its menu, in the address, in the controls."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^`(?P<path>[\w/]+\.(?:py|po))`[^\n]*\n\n```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = {found["path"]: found["text"] for found in BLOCK.finditer((ROOT / "CONTRIBUTING.md").read_text())}
NO_PRODUCT = {"tests", "benchmarks", "docs"}

# The file -> the menus that offer it, and the settings that choose it.
PLACES = {
    "surfaces/textbook/matyas.py": {"surface"},
    "surfaces/losses/log_cosh.py": {"surface.linear.loss", "surface.network.loss"},
    "surfaces/class_losses/exponential.py": {"class_loss", "surface.logits.loss"},
    "surfaces/activations/softplus.py": {"deep.activation", "surface.network.activation"},
    "optim/optimizers/normalized.py": {"optimizer"},
    "optim/schedules/linear.py": {"schedule"},
    "normalization/features/root_mean_square.py": {"features"},
    "normalization/hidden/center.py": {"normalization"},
    "landscape/slices/last_update.py": {"slice"},
    "labs/masks/methods/lowest.py": {"masks"},
    "data/tables/two_units.py": {"data"},
    "networks/initializations/he_backward.py": {"deep.initialization"},
    "lessons/minutes/whiten.py": {"lessons"},
    "translations/de.po": {"languages"},
}


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Where each item is found, by its name; all of them are added to one copy."""
    copy = tmp_path_factory.mktemp("extended")
    for folder in ROOT.iterdir():
        if folder.is_dir() and (folder / "__init__.py").exists() and folder.name not in NO_PRODUCT:
            shutil.copytree(folder, copy / folder.name, ignore=shutil.ignore_patterns("__pycache__"))
    for path, text in BLOCKS.items():
        assert not (copy / path).exists(), path
        (copy / path).write_text(text)
    command = [sys.executable, "-P", str(ROOT / "tests" / "extended.py"), *(Path(path).stem for path in BLOCKS)]
    done = subprocess.run(
        command, cwd=copy, capture_output=True, text=True, timeout=240, check=False, env=os.environ | {"JAX_PLATFORMS": "cpu"}
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def test_every_kind_has_its_example() -> None:
    assert set(BLOCKS) == set(PLACES)


@pytest.mark.parametrize("path", PLACES)
def test_an_item_is_found_wherever_its_kind_is_offered(path: str, places: dict[str, list[str]]) -> None:
    assert PLACES[path] <= set(places[Path(path).stem])
