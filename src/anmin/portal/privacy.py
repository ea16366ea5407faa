"""What citizens are told of their data: who uses it, and how long each kind of matter keeps it."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.kernel.rules import Unit
from anmin.matters.flow import Text
from anmin.matters.kind import Kind
from anmin.matters.registry import all_kinds
from anmin.places.queries import top_unit_label

YEAR = 12


def office() -> str:
    """Who answers for the data: the bureau itself."""
    return top_unit_label() or _("the public security bureau")


def kept_for(kind: Kind) -> str:
    """How long a matter that has ended tells of anybody; empty for a kind without such a time."""
    if kind.retention is None:
        return ""
    rule = settings.RULES.get(kind.retention.rule, timezone.localdate())
    if rule.unit is not Unit.MONTHS:
        return ngettext("%(count)d day", "%(count)d days", rule.number) % {"count": rule.number}
    if rule.number % YEAR:
        return ngettext("%(count)d month", "%(count)d months", rule.number) % {"count": rule.number}
    years = rule.number // YEAR
    return ngettext("%(count)d year", "%(count)d years", years) % {"count": years}


def times_kept() -> list[tuple[Text, str]]:
    """Each kind of matter with how long it is kept after its end."""
    return [(kind.label, told) for kind in all_kinds() if (told := kept_for(kind))]


def asked_with() -> str:
    """The kind by which people ask about their own data; empty where there is none."""
    return next((one.code for one in all_kinds() if one.data_rights and one.by_citizen), "")
