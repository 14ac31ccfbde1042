"""Every page at 1280 and 390 px, light and dark, into screenshots/: `make screenshots`. Look at them."""

import shutil
from pathlib import Path
from typing import Literal

from playwright.sync_api import sync_playwright

from tests.browser.conftest import chromium
from tests.browser.helpers import drawn
from tests.browser.servers import ROOT, start, stop

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

PAGES = {
    "scale": "/",
    "same_rate": "/?lesson=same_rate&revealed=yes",
    "surface": "/?view=surface",
    "hidden": "/hidden",
    "optimizers": "/optimizers",
    "adaptive": "/optimizers?topic=adaptive",
    "deep": "/deep",
    "stuck": "/stuck",
    "loss": "/loss",
    "encodings": "/loss?topic=encodings",
    "classifier": "/classifier",
    "masks": "/masks",
    "workbench": "/workbench",
}


def main(folder: Path = ROOT / "screenshots") -> None:
    folder.mkdir(exist_ok=True)
    server = start("app.py", folder / "server.txt")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            page = browser.new_page(locale="en-US")
            for name, path in PAGES.items():
                for width, height in ((1280, 800), (390, 844)):
                    for scheme in SCHEMES:
                        page.set_viewport_size({"width": width, "height": height})
                        page.emulate_media(color_scheme=scheme)
                        page.goto(server.address + path)
                        drawn(page)
                        page.wait_for_timeout(1500)
                        page.screenshot(path=folder / f"{name}_{width}_{scheme}.png")
                        print(f"{name}_{width}_{scheme}.png")
            browser.close()
        (ROOT / "docs").mkdir(exist_ok=True)
        shutil.copy(folder / "scale_1280_light.png", ROOT / "docs" / "scale.png")  # the picture that README opens with
    finally:
        stop(server)


if __name__ == "__main__":
    main()
