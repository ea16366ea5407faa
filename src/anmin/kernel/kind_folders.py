"""Where the kinds of matters are: a folder each, with everything that is the kind's own.

    <kind>/__init__.py    the declaration
           rules.toml     its dated rules
           topics.toml    what its matters are about
           terms.toml     word lists whose codes its facts hold
           services.toml  what can be asked for at a window, with its times
           profiles/      how the files are read that bring such matters
           answers.toml   ready texts for its answers
           scripts/       what is said when its citizens are called back
           locale/        its words in other languages

Adding the folder adds the kind everywhere, removing it removes it. Only the declaration must be
there.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from anmin.kernel.errors import Refusal
from anmin.kernel.toml_files import read_toml


class BadFile(Refusal):
    """A file of a kind that cannot be read, named with what is wrong in it."""

    default_code = "bad_kind"


def kind_folders(roots: Iterable[Path]) -> dict[str, Path]:
    """Every folder with a declaration in these roots, by its name; ``ValueError`` for two of one."""
    found: dict[str, Path] = {}
    for root in roots:
        if not root.is_dir():
            raise ValueError(f"there is no folder of kinds at {root}")
        for declaration in sorted(root.glob("*/__init__.py")):
            folder = declaration.parent
            if folder.name in found:
                raise ValueError(
                    f"two kinds are called {folder.name}: {found[folder.name]}, {folder}"
                )
            found[folder.name] = folder
    return found


def files_of(folders: Mapping[str, Path], name: str) -> Iterator[tuple[str, Path]]:
    """The files of that name, each with the kind whose it is."""
    for code, folder in folders.items():
        if (folder / name).exists():
            yield code, folder / name


def entries_of(
    folders: Mapping[str, Path], name: str
) -> Iterator[tuple[str, Path, str, dict[str, Any]]]:
    """Every table of the files of that name: kind, file, its key and what it holds. ``BadFile``."""
    for kind, path in files_of(folders, name):
        for key, entry in read_toml(path, BadFile).items():
            if not isinstance(entry, dict):
                raise BadFile(f"{path}: {key} is no table")
            yield kind, path, key, entry


def checked[M: BaseModel](model: type[M], path: Path, key: str, entry: Mapping[str, Any]) -> M:
    """An entry as the model has it. Raises ``BadFile`` naming file, entry and field."""
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, (key, *first["loc"])))
        raise BadFile(f"{path}: {where.strip('.')}: {first['msg']}") from error
