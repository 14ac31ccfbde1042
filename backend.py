"""How JAX is set up, once, before anything else imports it: float64, fast small loops, a persistent compilation cache."""

import os
from pathlib import Path

# A walk of two parameters is a loop over a few numbers. XLA on CPU turns a loop into one machine-code function only below this
# size; above it every step is a chain of kernel calls, 15-35 times slower. The option is undocumented: a benchmark watches it.
_SMALL_LOOPS = "--xla_backend_extra_options=xla_cpu_small_while_loop_byte_threshold=16384"
if "xla_cpu_small_while_loop_byte_threshold" not in os.environ.get("XLA_FLAGS", ""):
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {_SMALL_LOOPS}".strip()

import jax  # noqa: E402  (the flags above are read when JAX is first used)

CACHE = Path(os.environ.get("JAX_COMPILATION_CACHE_DIR", Path(__file__).parent / ".cache" / "jax"))

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_compilation_cache_dir", str(CACHE))
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
