"""Done once for the whole server, beside its start: everything is imported, and the scenes that pages open on are computed.

Light to import, so that the server is listening before JAX is there.
"""

import gc
import importlib
import logging
import pkgutil
import threading
from functools import lru_cache

from compute.engine import engine
from compute.store import Stored

FIRST_VISIT = 1.0  # seconds that the walks leave to somebody who is waiting for the first contour


class Warming:
    """The first scenes, computed in a thread of its own. What is missing after an error, a visitor computes."""

    def __init__(self) -> None:
        self.landscapes = threading.Event()  # the first contour can be drawn
        self.walks = threading.Event()  # its paths can
        self.drawn = threading.Event()  # the first contour is drawn: nobody waits for it any more
        threading.Thread(target=self._work, name="warming", daemon=True).start()

    def _work(self) -> None:
        try:
            from labs.plane.run import run
            from lessons.scenes import SCALE

            _import_pages()
            elsewhere = engine()
            if elsewhere is None:
                run(SCALE, patience=0.0)
                self.landscapes.set()
                self.drawn.wait(FIRST_VISIT)
                run(SCALE)
            self._ready()
            # A full collection holds the interpreter for 70-160 ms once JAX is loaded; frozen, it is a fraction of a millisecond.
            gc.collect()
            gc.freeze()
            if isinstance(elsewhere, Stored):
                elsewhere.renew()
        except Exception:  # a visitor sees what is wrong, if it still is
            logging.getLogger(__name__).exception("The first scene could not be computed ahead.")
        finally:
            self._ready()

    def _ready(self) -> None:
        self.landscapes.set()
        self.walks.set()


def _import_pages() -> None:
    """All that the scripts of the pages are made of, so that the first visitor does not wait for it."""
    import views

    for module in pkgutil.walk_packages(views.__path__, "views."):
        if not module.name.startswith("views.pages"):
            importlib.import_module(module.name)


@lru_cache(1)
def warming() -> Warming:
    """Starts it, the first time that this is called."""
    return Warming()


def warm() -> None:
    """Waits until the first contour can be drawn."""
    warming().landscapes.wait()


def paths_are_ready() -> bool:
    """Whether the first scene's walks are compiled: until then a contour is drawn without waiting for them."""
    return warming().walks.is_set()


def until_paths_are_ready() -> None:
    """To be called when a contour is drawn: nobody waits for the first one any more."""
    warming().drawn.set()
    warming().walks.wait()
