"""TOML files that an installation brings: rules, announcements, digests. One place reads them.

Whatever stops the reading (the file, its bytes, its form, brackets without end) is a refusal in
words that names the file.
"""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from anmin.kernel.errors import Refusal


def read_toml(
    path: Path, refused: type[Refusal], *, parse_float: Callable[[str], Any] = float
) -> dict[str, Any]:
    """What a file holds. Raises ``refused``, naming the file and what is wrong with it."""
    try:
        return toml_of(path.read_bytes().decode("utf-8-sig"), parse_float=parse_float)
    except OSError as error:
        raise refused(f"{path}: {error.strerror or error}") from error
    except ValueError as error:
        raise refused(f"{path}: {error}") from error


def toml_of(text: str, *, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """What a text in TOML holds. Raises ``ValueError``, also where it is nested without end, or
    holds a null character, which no database keeps."""
    if "\\u0000" in text or "\\U00000000" in text:
        raise ValueError("it holds a null character")
    try:
        return tomllib.loads(text, parse_float=parse_float)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
