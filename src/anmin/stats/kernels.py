"""Compiled kernels: functions on arrays that Numba turns into machine code.

Compiled code is kept on disk, so that compilation happens once for each machine: `anmin.stats.warm`
does it during set-up. It lies in ``NUMBA_CACHE_DIR`` if that is set, else beside the source, else
in the user's cache folder; and there in a folder named by the sources of all kernels, since Numba
alone does not see that a kernel has changed which another one calls.
"""

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import numba

COMPILED: list[Any] = []
"""Every kernel of the modules that are loaded."""
_config: Any = numba.config
_SOURCES = Path(__file__).parent


def kernel[F: Callable[..., Any]](function: F) -> F:
    """Compile ``function`` at its first call; it runs without the interpreter's lock.

    Where no folder can be written, it is compiled anew by each process rather than refused.
    """
    before = _config.CACHE_DIR
    try:
        _config.CACHE_DIR = str(FOLDER or "")
        compiled = numba.njit(cache=FOLDER is not None, nogil=True)(function)
    except RuntimeError:  # the folder cannot be used after all
        compiled = numba.njit(nogil=True)(function)
    finally:
        _config.CACHE_DIR = before
    COMPILED.append(compiled)
    return cast(F, compiled)


def _roots() -> Iterator[Path]:
    if told := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(told)
    yield _SOURCES / "__pycache__"
    yield Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "anmin"


def _folder() -> Path | None:
    digest = sha256()
    for source in sorted(_SOURCES.glob("*.py")):
        if b"\n@kernel\n" in (text := source.read_bytes()):
            digest.update(text)
    for root in _roots():
        folder = root / f"kernels-{digest.hexdigest()[:16]}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return None


FOLDER = _folder()
"""Where compiled code is kept; None if nowhere."""
