"""The catalogue of what a kind does for citizens, from ``services.toml`` in its folder.

An entry for a topic says what the citizen brings, what is done and where. Its times are rules:
``<kind>.<service>.promised`` and ``.legal``, or ``<kind>.promised`` for a service without one of its
own; where the law sets no time, there is no clock of it.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils import timezone
from django.utils.translation import ngettext
from pydantic import BaseModel, ConfigDict

from anmin.kernel.bilingual import Words
from anmin.kernel.errors import Refusal
from anmin.kernel.kind_folders import checked, entries_of
from anmin.kernel.rules import Rule
from anmin.matters.categories import categories
from anmin.matters.flow import Stage
from anmin.matters.models import Deadline, Matter

LEGAL, PROMISED = "legal", "promised"
"""The last part of the rules of a service; ``LEGAL`` is also the clock that the law sets."""


class Service(BaseModel):
    """One service: ``who`` can ask for it, ``steps`` in their order, ``papers`` to bring, the ``fee``,
    ``bureau`` that decides, ``window`` where to go, whether it is done while the citizen waits, and the
    ``visits`` it took before.

    ``licence``: it is a licence by 行政许可法, granted by a decision that is delivered. ``uncounted`` are
    what may be needed for it whose time the law does not count (a hearing).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    code: str
    bureau: Words
    window: Words
    steps: tuple[Words, ...]
    papers: tuple[Words, ...]
    on_the_spot: bool
    visits: int
    who: Words | None = None
    fee: Words | None = None
    licence: bool = False
    uncounted: frozenset[str] = frozenset()

    @property
    def promised(self) -> Rule | None:
        """By when it is promised."""
        return _rule(service_rule(self.kind, self.code, PROMISED))

    @property
    def legal(self) -> Rule | None:
        """By when the law asks for it; nothing where it sets no time."""
        return _rule(service_rule(self.kind, self.code, LEGAL))


@cache
def services() -> Mapping[tuple[str, str], Service]:
    """Every service by its kind and topic, in the order of the files."""
    return {
        (kind, code): checked(Service, path, code, {"kind": kind, "code": code, **entry})
        for kind, path, code, entry in entries_of(settings.KIND_FOLDERS, "services.toml")
    }


def services_like(text: str) -> list[Service]:
    """The services that say all these words, in either language, in the order of the files; all of them
    without a word."""
    words = _plain(text).split()
    return [one for one in services().values() if all(word in _said_of(one) for word in words)]


def _said_of(one: Service) -> str:
    topic = categories()[one.code]
    phrases = [one.bureau, one.window, *one.steps, *one.papers, *filter(None, (one.who, one.fee))]
    said = [topic.zh, topic.en, *(word for said in phrases for word in (said.zh, said.en))]
    return _plain(" ".join(said))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def services_of(kind: str) -> list[Service]:
    """The services of a kind."""
    return [one for (of, _code), one in services().items() if of == kind]


def service_of(kind: str, category: str) -> Service | None:
    """The service that a topic of a kind is, if the catalogue has it."""
    return services().get((kind, category))


def service_rule(kind: str, category: str, what: str) -> str:
    """The key of the rule that times a service: its own, else that of the kind, else nothing."""
    keys = (f"{kind}.{category}.{what}", f"{kind}.{what}")
    return next((key for key in keys if _rule(key) is not None), "")


def _rule(key: str) -> Rule | None:
    try:
        return settings.RULES.get(key, timezone.localdate()) if key else None
    except Refusal:
        return None


@dataclass(frozen=True, slots=True)
class Saved:
    """How much sooner than the law asks a service was done, and in how many visits fewer than before."""

    days: int
    visits: int

    @property
    def words(self) -> list[str]:
        """What was saved, for people; empty where nothing was."""
        days = ngettext(
            "%(count)d day before the legal limit",
            "%(count)d days before the legal limit",
            self.days,
        )
        visits = ngettext("%(count)d visit", "%(count)d visits", self.visits)
        told = ((days, self.days), (visits, self.visits))
        return [words % {"count": count} for words, count in told if count > 0]


def saved(matter: Matter) -> Saved | None:
    """What a service that is done saved; nothing for what is no service, or was not given."""
    service = service_of(matter.kind, matter.category)
    if service is None or matter.closed_at is None or matter.stage != Stage.DONE:
        return None
    row = Deadline.objects.filter(matter=matter, clock=LEGAL).first()
    days = (
        (timezone.localdate(row.due_at) - timezone.localdate(row.met_at)).days
        if row and row.met_at
        else 0
    )
    took = matter.details.get("visits")
    return Saved(max(days, 0), max(service.visits - took, 0) if isinstance(took, int) else 0)
