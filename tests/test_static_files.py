"""The scripts are published into a folder of their own version; folders of versions long gone are taken away."""

import os
import time
from pathlib import Path

from browser.static_files import CLIENT, OLD, publish


def test_a_version_is_published_once_and_versions_long_gone_are_removed(tmp_path: Path) -> None:
    for name, age in (("lab-old", OLD + 60), ("lab-recent", OLD - 60), ("other-old", OLD + 60)):
        (tmp_path / name).mkdir()
        then = time.time() - age
        os.utime(tmp_path / name, (then, then))
    target = tmp_path / "lab-now"
    assert publish(target)
    assert sorted(file.name for file in target.iterdir()) == sorted(file.name for file in CLIENT.iterdir())
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["lab-now", "lab-recent", "other-old"]
    (target / "board.js").write_text("kept")
    assert publish(target)
    assert (target / "board.js").read_text() == "kept"


def test_where_nothing_can_be_written_nothing_is_served(tmp_path: Path) -> None:
    (tmp_path / "static").write_text("a file, not a folder")
    assert not publish(tmp_path / "static" / "lab-now")
