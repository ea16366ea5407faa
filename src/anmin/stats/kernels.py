"""Compiled kernels: functions on arrays that Numba turns into machine code.

Compiled code is kept on disk (beside the source, else in the user's cache folder, else where
``NUMBA_CACHE_DIR`` says), so that compilation happens once for each machine: `warm.py` does it
during set-up.
"""

from collections.abc import Callable
from typing import Any, cast

import numba


def kernel[F: Callable[..., Any]](function: F) -> F:
    """Compile ``function`` at its first call; it runs without the interpreter's lock.

    Where no cache folder can be written, it is compiled anew by each process rather than refused.
    """
    try:
        compiled = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # Numba found no folder for its cache
        compiled = numba.njit(nogil=True)(function)
    return cast(F, compiled)
