"""Where this host keeps what it has compiled and computed. Light to import."""

import os
from pathlib import Path

CACHE = Path(os.environ.get("JAX_COMPILATION_CACHE_DIR", Path(__file__).parents[1] / ".cache" / "jax"))
