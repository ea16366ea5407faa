"""What an import must know of the house: categories, units, areas, and the kind's details."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.exchange.mapping import World
from anmin.exchange.profile import Profile
from anmin.kernel.errors import Refusal
from anmin.matters.categories import categories
from anmin.matters.registry import kind_of
from anmin.people.listing import listed
from anmin.people.roles import Role
from anmin.places.models import Area, Unit, UnitKind


def look_around(
    profile: Profile, as_of: datetime | None = None, *, adds_units: bool = True
) -> World:
    """The house as mapping needs to see it, at this moment."""
    fields = kind_of(profile.kind).details.model_fields
    labels = {
        text.upper(): code
        for code, category in categories().items()
        for text in (code, category.zh, category.en)
    }
    units = list(Unit.objects.values_list("id", "code", "name", "name_en"))
    areas = list(Area.objects.values_list("id", "code", "name", "name_en"))
    return World(
        now=timezone.now(),
        area_code=settings.AREA_CODE or None,
        adds_units=adds_units,
        as_of=as_of,
        categories=labels,
        units={code: key for key, code, _name, _english in units},
        unit_names=_by_name(units),
        areas={code: key for key, code, _name, _english in areas},
        area_names=_by_name(areas),
        limits={
            name: limit
            for name, field in fields.items()
            for constraint in field.metadata
            if (limit := getattr(constraint, "max_length", None)) is not None
        },
    )


def _by_name(rows: Iterable[tuple[int, str, str, str]]) -> dict[str, int | None]:
    """Ids by name; a name that several bear has none."""
    found: dict[str, int | None] = {}
    for key, _code, *names in rows:
        for name in {name.upper() for name in names if name}:
            found[name] = key if found.get(name, key) == key else None
    return found


def check_profile(profile: Profile) -> None:
    """See that a profile speaks of things the house knows.

    Raises:
        Refusal: an unknown kind of matter, detail, category or kind of unit, naming it.
    """
    known = set(kind_of(profile.kind).details.model_fields)
    codes = {rule.code for rule in profile.category.rules}
    codes |= {profile.category.default or "other", profile.fixed.get("category", "other")}
    kinds = {profile.unit.kind, profile.unit.parent.kind if profile.unit.parent else "bureau"}
    for unknown, sentence in (
        (profile.details - known, _("The profile fills details that do not exist: %(names)s")),
        (codes - set(categories()), _("The profile names categories that do not exist: %(names)s")),
        (profile.roles - set(Role), _("The profile names roles that do not exist: %(names)s")),
        (
            kinds - set(UnitKind.values),
            _("The profile names kinds of unit that do not exist: %(names)s"),
        ),
    ):
        if unknown:
            raise Refusal(sentence % {"names": listed(sorted(unknown))}, field="profile")
