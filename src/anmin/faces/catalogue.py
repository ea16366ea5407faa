"""A service of the catalogue as its readers see it: where, by when, what to bring, what is done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.faces.dues import period
from anmin.kernel.errors import NotFound
from anmin.matters.categories import category
from anmin.matters.services import service_of, services_like, services_of

if TYPE_CHECKING:
    from anmin.kernel.bilingual import Words
    from anmin.matters.services import Service


_OF_A_LAW = re.compile(r"^(\S+) (第)")
"""A source of a rule, "法名 第X条"; readers have it as 《法名》第X条."""


@dataclass(frozen=True, slots=True)
class ServiceSeen:
    """One service: its name, by when it is promised, short facts, papers and steps."""

    code: str
    label: str
    promised: str
    at_once: bool
    facts: list[tuple[str, str]]
    papers: tuple[Words, ...]
    steps: tuple[Words, ...]


def service_seen(kind: str, code: str) -> ServiceSeen | None:
    """The service that a topic of a kind is; nothing for a topic without one."""
    service = service_of(kind, code)
    return _seen(service) if service else None


def catalogue_of(kind: str) -> list[ServiceSeen]:
    """Every service of a kind, in the order of its catalogue."""
    return [_seen(one) for one in services_of(kind)]


def services_outside(text: str = "") -> list[ServiceSeen]:
    """The services of every kind that say these words, as citizens read them."""
    return [_seen(one, outside=True) for one in services_like(text)]


def service_outside(code: str) -> ServiceSeen:
    """One service as citizens read it. Raises ``NotFound``."""
    found = [one for one in services_like("") if one.code == code]
    if not found:
        raise NotFound("there is no such service")
    return _seen(found[0], outside=True)


def _seen(service: Service, *, outside: bool = False) -> ServiceSeen:
    before = ngettext("%(count)d visit", "%(count)d visits", service.visits)
    before %= {"count": service.visits}
    promised, legal = service.promised, service.legal
    by = period(promised) if promised else ""
    law = _OF_A_LAW.sub(r"《\1》\2", legal.source) if legal else ""
    told = _("%(time)s (%(law)s)") % {"time": period(legal), "law": law} if legal else ""
    return ServiceSeen(
        service.code,
        category(service.code).label,
        by,
        service.on_the_spot,
        [
            *([(_("Who can apply"), str(service.who))] if service.who else []),
            (_("Decides"), str(service.bureau)),
            (_("Window"), str(service.window)),
            (_("Promised"), by),
            (_("By the law"), told or _("no time is set")),
            *([(_("Fee"), str(service.fee))] if service.fee else []),
            *([] if outside else [(_("Visits before"), before)]),
        ],
        service.papers,
        service.steps,
    )
