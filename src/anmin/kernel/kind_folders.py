"""Where the kinds of matters are: a folder each, with everything that is the kind's own.

    <kind>/__init__.py    the declaration
           rules.toml     its dated rules
           topics.toml    what its matters are about
           terms.toml     word lists whose codes its facts hold
           profiles/      how the files are read that bring such matters
           answers.toml   ready texts for its answers
           scripts/       what is said when its citizens are called back
           locale/        its words in other languages

Adding the folder adds the kind everywhere, removing it removes it. Only the declaration must be
there.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path


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
