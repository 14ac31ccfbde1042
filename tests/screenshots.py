"""Every page at 1280 and 390 px, light and dark, into screenshots/: `make screenshots`. Look at them."""

import re
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import expect, sync_playwright

from tests.browser.conftest import ROOT, chromium

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
PORT = 8599


def main(folder: Path = ROOT / "screenshots") -> None:
    folder.mkdir(exist_ok=True)
    address = f"http://127.0.0.1:{PORT}"
    command = ["-m", "streamlit", "run", "app.py", f"--server.port={PORT}", "--server.address=127.0.0.1", "--server.headless=true"]
    server = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with suppress(URLError, ConnectionError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                break
            time.sleep(0.1)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            for name, path in PAGES.items():
                for width, height in ((1280, 800), (390, 844)):
                    for scheme in ("light", "dark"):
                        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                        page.goto(address + path)
                        expect(page.locator(".esl-board, .esl-chart").first).to_have_attribute(
                            "data-drawn", re.compile(r"\d"), timeout=60_000
                        )
                        expect(page.get_by_text("Computing:")).to_have_count(0, timeout=120_000)
                        page.wait_for_timeout(1500)
                        page.screenshot(path=folder / f"{name}_{width}_{scheme}.png")
                        page.close()
                        print(f"{name}_{width}_{scheme}.png")
            browser.close()
        (ROOT / "docs").mkdir(exist_ok=True)
        shutil.copy(folder / "scale_1280_light.png", ROOT / "docs" / "scale.png")  # the picture that README opens with
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
