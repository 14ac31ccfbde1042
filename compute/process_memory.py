"""How much memory a process takes, and how it gives back what it has freed."""

import ctypes
import os
from functools import cache
from pathlib import Path


def resident(process: int | None = None) -> int:
    """Bytes of memory that a process takes, this one if none is named; of files, which processes share, nothing. 0 where the system does
    not say, or where the process is no more."""
    try:
        pages, shared = (int(number) for number in Path(f"/proc/{process or 'self'}/statm").read_text().split()[1:3])
        return (pages - shared) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


@cache
def _c_library() -> ctypes.CDLL | None:
    """GNU's, whose two functions below are asked for; None elsewhere."""
    try:
        library = ctypes.CDLL("libc.so.6")
        return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None
    except OSError:
        return None


def return_memory() -> None:
    """Give freed memory back to the system. The C library keeps what a compilation or an evicted program has left behind, which on a
    small machine is most of what the process seems to need."""
    if (library := _c_library()) is not None:
        library.malloc_trim(0)


_M_ARENA_MAX = -8  # malloc.h


def one_heap() -> None:
    """For all threads of this process, unless its environment says otherwise: each would get one of its own, never to be given back."""
    if (library := _c_library()) is not None and "MALLOC_ARENA_MAX" not in os.environ:
        library.mallopt(_M_ARENA_MAX, 1)
