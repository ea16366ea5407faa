"""Which kinds there are: a folder each (``kernel.kind_folders``); two of one code stop the start."""

import importlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from anmin.kernel.errors import NotFound, Refusal
from anmin.kernel.kind_folders import kind_folders
from anmin.matters.flow import Text
from anmin.matters.kind import Kind
from anmin.matters.owning import Bodies

PACKAGED = Path(__file__).parent / "kinds"
"""Where the kinds of the program itself are."""
_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a kind; a second of the same code or number prefix is a programming error."""
    for other in _kinds.values():
        if other.code == kind.code or other.prefix == kind.prefix:
            raise ValueError(f"kind {kind.code!r} ({kind.prefix}) is registered twice")
    _kinds[kind.code] = kind
    return kind


def discover() -> None:
    """Load every folder of a kind once: the shipped ones, and those of the installation."""
    for name, folder in settings.KIND_FOLDERS.items():
        try:
            if folder.parent == PACKAGED:
                importlib.import_module(f"anmin.matters.kinds.{name}")
            else:
                _load(f"anmin_kinds.{name}", folder)
        except Refusal:
            raise
        except Exception as fault:  # what somebody wrote is told as what it is
            reason = f"{folder}: {type(fault).__name__}: {fault}"
            raise Refusal(reason, code="bad_kind") from fault
        if name not in _kinds:
            raise Refusal(f"{folder}: its kind is called as the folder is", code="bad_kind")


def _load(module: str, folder: Path) -> None:
    """Import a folder outside the package under that name."""
    if module in sys.modules:
        return
    declaration = str(folder / "__init__.py")
    spec = spec_from_file_location(module, declaration, submodule_search_locations=[str(folder)])
    assert spec is not None
    assert spec.loader is not None
    sys.modules[module] = loaded = module_from_spec(spec)
    spec.loader.exec_module(loaded)


def kind_of(code: str) -> Kind:
    """The kind of that code, or ``NotFound``."""
    try:
        return _kinds[code]
    except KeyError:
        raise NotFound(_("There is no kind of matter “%(code)s”.") % {"code": code[:32]}) from None


def all_kinds() -> list[Kind]:
    """Every kind, in the order of its code."""
    return sorted(_kinds.values(), key=lambda kind: kind.code)


def in_turn() -> list[Kind]:
    """Every kind, in the order in which they are offered."""
    return sorted(all_kinds(), key=lambda kind: kind.turn)


def own_kinds() -> list[Kind]:
    """The kinds of the program itself, without those of the installation."""
    shipped = set(kind_folders([PACKAGED]))
    return [kind for kind in all_kinds() if kind.code in shipped]


def kind_choices() -> list[tuple[str, Text]]:
    """For model fields and forms; a callable, so that a new kind makes no migration."""
    return [(kind.code, kind.label) for kind in all_kinds()]


def demand_kind() -> Kind | None:
    """The kind that says of a citizen's demand that it is unreasonable, if there is one."""
    return next((kind for kind in all_kinds() if kind.sets_aside), None)


def rectifying_kind() -> Kind:
    """The kind that an unhappy answer opens."""
    return next(kind for kind in all_kinds() if kind.rectifies)


def body_kinds() -> list[str]:
    """The kinds of matter that a body outside the police may own."""
    return [kind.code for kind in all_kinds() if kind.bodies is not Bodies.NEVER]
