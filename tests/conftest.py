"""Before anything is imported: the tests visit hundreds of structures again and again, on a machine with memory enough to hold them."""

import os

os.environ.setdefault("ERROR_SURFACE_PROGRAMS", "300")
