"""Second computations that are made by JAX, too: derivatives of a whole network, at a few points."""

from functools import partial

import jax

# As one program that LLVM does not optimize: what runs once or twice is compiled in half of the time.
once = partial(jax.jit, compiler_options={"xla_backend_optimization_level": 0})
