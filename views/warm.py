"""Done once for the whole server, beside its start: everything is imported, and the first scene is compiled and computed.

Light to import, so that the server is listening before JAX is there.
"""

import gc
import logging
import threading
from concurrent.futures import Future
from functools import lru_cache

FIRST_VISIT = 1.0  # seconds that the walks leave to somebody who is waiting for the first contour


class Warming:
    """landscapes: done once the first contour can be drawn. walks: once its paths can."""

    def __init__(self) -> None:
        self.landscapes, self.walks, self.drawn = Future[None](), Future[None](), threading.Event()
        threading.Thread(target=self._work, name="warming", daemon=True).start()

    def _work(self) -> None:
        try:
            from labs.plane.run import run
            from lessons.scenes import SCALE

            run(SCALE, patience=0.0)
            self.landscapes.set_result(None)
            self.drawn.wait(FIRST_VISIT)
            run(SCALE)
            # A full collection holds the interpreter for 70-160 ms once JAX is loaded; frozen, it is a fraction of a millisecond.
            gc.collect()
            gc.freeze()
        except Exception:  # a visitor computes what is missing, and sees what is wrong if it still is
            logging.getLogger(__name__).exception("The first scene could not be computed ahead.")
        for waited in (self.landscapes, self.walks):
            if not waited.done():
                waited.set_result(None)


@lru_cache(1)
def warming() -> Warming:
    """Starts it, the first time that this is called."""
    return Warming()


def warm() -> None:
    """Waits until the first contour can be drawn."""
    warming().landscapes.result()


def paths_are_ready() -> bool:
    """Whether the first scene's walks are compiled: until then a contour is drawn without waiting for them."""
    return warming().walks.done()


def until_paths_are_ready() -> None:
    """To be called when a contour is drawn: nobody waits for the first one any more."""
    warming().drawn.set()
    warming().walks.result()
