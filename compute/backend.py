"""How JAX is set up, once, before anything else imports it: float64, fast small loops, a device a core, a persistent compilation cache."""

import os
from pathlib import Path

# A walk of two parameters is a loop over a few numbers. XLA on CPU turns a loop into one machine-code function only below this
# size; above it every step is a chain of kernel calls, 15-35 times slower. The option is undocumented: a benchmark watches it.
_SMALL_LOOPS = "--xla_backend_extra_options=xla_cpu_small_while_loop_byte_threshold=16384"
# A program is not split to be compiled by several threads: it holds a fifth less memory, and on two cores it is ready no later.
_ONE_PIECE = "--xla_cpu_parallel_codegen_split_count=1"
for _flag in (_SMALL_LOOPS, _ONE_PIECE):
    if _flag.split("=")[-2] not in os.environ.get("XLA_FLAGS", ""):
        os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {_flag}".strip()


def cores() -> int:
    """How many cores this process may use: those it may run on, or fewer where a container's quota says so."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return max(1, min(usable, -(-int(quota) // int(period))))
    except (OSError, ValueError):  # no such file, or "max": no quota
        return usable


import jax  # noqa: E402  (the flags above are read when JAX is first used)

from compute.cache import CACHE  # noqa: E402
from compute.process_memory import one_heap  # noqa: E402

jax.config.update("jax_enable_x64", True)
# A grid is laid over all devices (landscape/points.py). With a device a core each works on its own points in its own cache; XLA's way,
# one device whose operations are split over the cores, splits only large arrays, and waits for the slowest core at each of them.
if "JAX_NUM_CPU_DEVICES" not in os.environ and "host_platform_device_count" not in os.environ["XLA_FLAGS"]:
    jax.config.update("jax_num_cpu_devices", cores())
jax.config.update("jax_compilation_cache_dir", str(CACHE))
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)

one_heap()  # every visitor is a thread
