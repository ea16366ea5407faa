"""What an import must know of the house: categories, units, areas, and the kind's details."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from anmin.exchange.profile import MOMENTS, TELLING, Profile
from anmin.exchange.row_facts import World
from anmin.kernel.bilingual import Term
from anmin.kernel.errors import Refusal
from anmin.matters.categories import categories_of, has_topics
from anmin.matters.fact_types import FactType, TypedFact, typed_facts
from anmin.matters.flow import Text
from anmin.matters.kind import Kind
from anmin.matters.registry import kind_of
from anmin.matters.terms import term_list
from anmin.people.listing import listed
from anmin.people.roles import Role
from anmin.places.models import OUTSIDE, Area, Unit, UnitKind


def look_around(
    profile: Profile, as_of: datetime | None = None, *, adds_units: bool = True
) -> World:
    """The house as mapping needs to see it, at this moment."""
    declared = kind_of(profile.kind)
    facts = typed_facts(declared.details)
    police = Unit.objects.exclude(kind__in=OUTSIDE)  # a file gives nothing to a body outside
    units = list(police.values_list("id", "code", "name", "name_en"))
    areas = list(Area.objects.values_list("id", "code", "name", "name_en"))
    states = declared.flow.states.items()
    return World(
        now=timezone.now(),
        area_code=settings.AREA_CODE or None,
        adds_units=adds_units,
        as_of=as_of,
        categories=_by_word(categories_of(profile.kind)),
        units={code: key for key, code, _name, _english in units},
        bodies=frozenset(Unit.objects.filter(kind__in=OUTSIDE).values_list("code", flat=True)),
        unit_names=_by_name(units),
        areas={code: key for key, code, _name, _english in areas},
        area_names=_by_name(areas),
        limits={name: one.longest for name, one in facts.items() if one.longest is not None},
        types={
            name: one.type.value for name, one in facts.items() if one.type is not FactType.TEXT
        },
        terms={name: _by_word(term_list(one.terms)) for name, one in facts.items() if one.terms},
        states={
            text.upper(): code for code, state in states for text in (code, *words(state.label))
        },
        happened=frozenset(_happened(declared)),
        needs_category=has_topics(profile.kind),
    )


def words(label: Text) -> set[str]:
    """A phrase in each language of the house."""
    found = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            found.add(str(label))
    return found


def _by_word(terms: Mapping[str, Term]) -> dict[str, str]:
    """Codes by themselves and by their words, in upper case."""
    return {text.upper(): code for code, term in terms.items() for text in (code, term.zh, term.en)}


def _happened(declared: Kind) -> set[str]:
    """The moments of a kind that lie in the past: those of an event, and those of its steps."""
    moments = {
        name for name, one in typed_facts(declared.details).items() if one.type is FactType.MOMENT
    }
    stamps = {move.stamps for move in declared.flow.moves if move.stamps}
    return moments & (stamps | {*MOMENTS})


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
        NotFound: an unknown kind of matter.
        Refusal: an unknown fact, category, state or kind of unit, naming it; or a kind that files
            do not bring.
    """
    declared = kind_of(profile.kind)
    if not declared.importable:
        raise Refusal(
            _("Files bring no matters of the kind “%(kind)s”.") % {"kind": declared.label},
            field="profile",
        )
    facts = typed_facts(declared.details)
    moments = {name for name, one in facts.items() if one.type is FactType.MOMENT}
    dated = moments | {name for name, one in facts.items() if one.type is FactType.DAY}
    codes = {rule.code for rule in profile.category.rules}
    codes |= {code for code in (profile.category.default, profile.fixed.get("category")) if code}
    kinds = {profile.unit.kind, profile.unit.parent.kind if profile.unit.parent else "bureau"}
    timed = {*profile.moments} | ({*profile.time.opened} & profile.columns.keys())
    for unknown, sentence in (
        (profile.details - set(facts), _("The profile fills details that do not exist: %(names)s")),
        (
            codes - set(categories_of(profile.kind)),
            _("The profile names categories that do not exist: %(names)s"),
        ),
        (profile.roles - set(Role), _("The profile names roles that do not exist: %(names)s")),
        (
            kinds - (set(UnitKind.values) - OUTSIDE),
            _("The profile names kinds of unit that do not exist: %(names)s"),
        ),
        (
            set(profile.state.table.values()) - set(declared.flow.states),
            _("The profile names states that do not exist: %(names)s"),
        ),
        (
            (timed - moments - {"opened_at"})
            | (set(profile.time.formats_for) - dated - {*TELLING}),
            _("The profile takes for moments what are none: %(names)s"),
        ),
        (
            {name for name in profile.words if name not in facts or not _has_words(facts[name])},
            _("The profile gives words for facts that have none: %(names)s"),
        ),
    ):
        if unknown:
            raise Refusal(sentence % {"names": listed(sorted(unknown))}, field="profile")
    _check_fit(profile, declared)


def _has_words(fact: TypedFact) -> bool:
    return fact.type in (FactType.FLAG, FactType.TERM, FactType.TERMS)


def _check_fit(profile: Profile, declared: Kind) -> None:
    """That it says what the kind's rows must say, and nothing that they cannot."""
    told = {*profile.columns, *profile.fixed}
    if has_topics(profile.kind) and not profile.tells_category:
        raise Refusal(
            _("The profile needs a column for category, or fixed or category.default gives one."),
            field="profile",
        )
    if declared.observe and told & {"state", "ended_at"}:
        raise Refusal(
            _(
                "Matters of this kind tell their state by their facts: no column is state or ended_at."
            ),
            field="profile",
        )
    if missing := set(declared.asks) - profile.details:
        titles = declared.details.model_fields
        raise Refusal(
            _("The profile lacks what no matter of the kind is opened without: %(names)s")
            % {"names": listed(f"{titles[name].title} ({name})" for name in sorted(missing))},
            field="profile",
        )
