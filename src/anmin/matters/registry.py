"""Which kinds there are: found in ``kinds/``, one file each; two of one code stop the start."""

import importlib
import pkgutil

from anmin.kernel.errors import NotFound
from anmin.matters.flow import Text
from anmin.matters.kind import Kind

_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a kind; a second of the same code or number prefix is a programming error."""
    for other in _kinds.values():
        if other.code == kind.code or other.prefix == kind.prefix:
            raise ValueError(f"kind {kind.code!r} ({kind.prefix}) is registered twice")
    _kinds[kind.code] = kind
    return kind


def discover() -> None:
    """Import every module of ``kinds/`` once."""
    from anmin.matters import kinds

    for module in pkgutil.iter_modules(kinds.__path__):
        importlib.import_module(f"{kinds.__name__}.{module.name}")


def kind_of(code: str) -> Kind:
    """The kind of that code, or ``NotFound``."""
    try:
        return _kinds[code]
    except KeyError:
        raise NotFound(f"there is no kind of matter {code!r}") from None


def all_kinds() -> list[Kind]:
    """Every kind, in the order of its code."""
    return sorted(_kinds.values(), key=lambda kind: kind.code)


def kind_choices() -> list[tuple[str, Text]]:
    """For model fields and forms; a callable, so that a new kind makes no migration."""
    return [(kind.code, kind.label) for kind in all_kinds()]


def rectifying_kind() -> Kind:
    """The kind that an unhappy answer opens."""
    return next(kind for kind in all_kinds() if kind.rectifies)
