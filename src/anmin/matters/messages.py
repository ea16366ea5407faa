"""What the house tells whoever reported a matter, unasked: at the opening, by a step, before a delay.

The words are the kind's (``tells``). A message waits out the quiet hours; nothing is sent under a
seal or about a sensitive topic, since others may read that telephone. The entry of the step says
whether a message went out (``told``) or why none did (``untold``).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.channels.actions import queue_message
from anmin.channels.addresses import goes_there, recipient_index
from anmin.channels.letters import register_letter
from anmin.channels.models import Medium
from anmin.channels.queries import has_opted_out
from anmin.evidence.log import atomic
from anmin.kernel.hours import Hours
from anmin.matters.actor import CITIZEN, Actor
from anmin.matters.contacts import ContactFacts, unseal
from anmin.matters.demands import cause_of
from anmin.matters.ledger import Change, append, deadlines_of, running_clocks
from anmin.matters.merged import parts_told
from anmin.matters.models import Contact, Deadline, Entry, Matter
from anmin.matters.parties import citizens_of
from anmin.matters.registry import all_kinds
from anmin.matters.rule_numbers import RuleNumbers
from anmin.matters.telling import address, bureau, day_said, named
from anmin.matters.tells import Tell
from anmin.people.limits import Limit, take

OPENING, DELAY = "opening", "delay"
LETTER = register_letter(
    "step", gettext_lazy("What a step tells"), "callback.quiet_from", "promise.delay_notice"
)
DELAYED = "delay_told"
"""The entry that says that a delay was announced, or why not."""
HOUSE = "messages"
CODE = Tell(gettext_lazy("{bureau}: follow {about} ({number}) at {page} with the code {code}."))
"""What brings a citizen a new code, of any kind of matter."""
TOGETHER = Tell(
    gettext_lazy(
        "{bureau}: {about} ({number}) is handled together with another report of the same."
    )
)
"""What tells a citizen that his report became part of another."""
NO_PHONE, SENSITIVE, OPTED_OUT, BY_WORD = "no_phone", "sensitive", "opted_out", "by_word"
ABROAD, OFTEN = "abroad", "often"
STRANGERS = Limit(5, 86_400)
"""How often in a day one number is texted because of what came in from nobody known: whoever types
another's number into a form has it ring so often, and no more."""
MARGIN = timedelta(minutes=30)
"""What would fall into the quiet hours is told in the last half hour before them."""


class Hearer(NamedTuple):
    """Whoever is told, and the report that he or she made, if that is part of what it is about."""

    contact: ContactFacts
    part: Matter | None = None
    follows: bool = True
    """Whether that report, or the matter, is followed by a code; not asked of parties."""

    @property
    def phone(self) -> str:
        """Where the message goes."""
        return self.contact.phone

    def about(self, matter: Matter) -> list[str]:
        """What he or she may want no messages about: the matter, and the own report in it."""
        return [f"matter:{one.number}" for one in (matter, self.part) if one is not None]


def prospect(
    matter: Matter,
    tell: Tell | None,
    change: Change,
    contact: ContactFacts | None = None,
    *,
    by: Actor | None = None,
) -> list[Hearer]:
    """Whom a change will tell; ``change`` says so, or why nobody. Before it is written.

    ``contact`` alone is told, if given: that of a matter not written yet, or no other's than its own.
    What a citizen does (``by``), whom nobody here knows, texts one number so often a day (``STRANGERS``).
    """
    if tell is None:
        return []
    told_of = [matter, *([cause] if (cause := cause_of(matter)) else [])]
    if any(one.topic and one.topic.sensitive for one in told_of):
        change.told["untold"] = SENSITIVE
        return []
    known = _hearers(matter, tell.to) if contact is None else [Hearer(contact)]
    named = _by_phone(known)
    if named and tell.followed:
        named = _by_phone([one for one in known if one.follows])
        if not named:
            change.told["untold"] = BY_WORD
            return []
    there = [one for one in named.values() if goes_there(one.phone)]
    wanting = [one for one in there if not has_opted_out("sms", one.phone, *one.about(matter))]
    hearers = [one for one in wanting if by != CITIZEN or not _too_many(one.phone)]
    if named and not hearers:
        change.told["untold"] = OFTEN if wanting else OPTED_OUT if there else ABROAD
    elif hearers:
        change.told["told"] = change.told.get("told", 0) + len(hearers)
    elif not tell.to:
        change.told["untold"] = NO_PHONE
    return hearers


def _too_many(phone: str) -> bool:
    """Whether strangers had this number texted too often today; counts this time."""
    index = recipient_index(Medium.SMS, phone).hex()
    return take("text for a stranger", index, limit=STRANGERS).over


def send(
    matter: Matter,
    tell: Tell,
    hearers: Sequence[Hearer],
    *,
    code: str,
    at: datetime,
    follow: str = "",
) -> None:
    """Queue the message of an entry just written, to each in his or her language and about the
    report that he or she made.

    ``follow``: the code to follow the matter by.
    """
    if not hearers:
        return
    for place, one in enumerate(hearers):
        language = one.contact.language or settings.LANGUAGE_CODE
        with translation.override(language):
            words = _words(matter, follow, language, tell, known=one.part or matter)
            body = str(tell.text).format_map(words)
        queue_message(
            key=f"{matter.number}/{matter.version}:{code}" + (f":{place}" if place else ""),
            medium="sms",
            recipient=one.phone,
            body=body,
            template=LETTER.code,
            language=language,
            not_before=permitted(at),
            subject_ref=f"matter:{matter.number}",
        )


def tell_delays(*, now: datetime | None = None, limit: int = 200) -> int:
    """Tell that a promise will not be kept, once, before it breaks; how many were told or noted.

    Matters that a system of record follows are left alone: what it knows comes in later.
    """
    now = now or timezone.now()
    rows = due_for_word(now).order_by("due_at", "pk").values_list("matter_id", flat=True)
    return sum(_tell_delay(pk, now) for pk in list(rows[:limit]))


def due_for_word(now: datetime) -> QuerySet[Deadline]:
    """The promises that are told of at a moment because they will not be kept; none at night.

    One that stands still is told of likewise: the citizen knows the day that was said, not the pause.
    """
    if permitted(now) != now:
        return Deadline.objects.none()
    wanted, latest = Q(pk__in=()), now
    for kind in all_kinds():
        if kind.delay:
            clock = next(one.code for one in kind.clocks if one.promise)
            until = _horizon(now, settings.RULES.get(kind.delay_lead, timezone.localdate(now)))
            wanted |= Q(matter__kind=kind.code, clock=clock, due_at__lte=until)
            latest = max(latest, until)
    longer = [edge.code for kind in all_kinds() for edge in kind.flow.moves if edge.extends]
    since = Entry.objects.filter(
        matter=OuterRef("matter"), action__in=longer, at__gt=OuterRef("at")
    )
    said = Entry.objects.filter(
        ~Exists(since), matter=OuterRef("matter"), action=DELAYED, at__gte=OuterRef("started_at")
    )
    return Deadline.objects.filter(
        wanted,
        ~Exists(said),
        # By the index of live matters, their nearest deadline; what stands still is in none.
        Q(matter__due_at__lte=latest) | Q(paused_at__isnull=False),
        met_at=None,
        due_at__gt=now,
        matter__facts_at=None,
        matter__closed_at=None,
    )


@atomic
def _tell_delay(matter_id: int, now: datetime) -> int:
    matter = Matter.objects.select_for_update().get(pk=matter_id)
    kind, running = matter.type, running_clocks(deadlines_of(matter_id))
    if not due_for_word(now).filter(matter=matter).exists() or kind.delay is None:
        return 0
    change = Change(DELAYED, matter.state, public=True)
    hearers = prospect(matter, kind.delay, change)
    append(matter, change, actor=Actor.system(HOUSE), at=now, running=running)
    send(matter, kind.delay, hearers, code=DELAY, at=now)
    return 1


def _words(
    matter: Matter, follow: str, language: str, tell: Tell, *, known: Matter
) -> Mapping[str, Any]:
    """What a text may name (``tells.WORDS``), and the facts that the citizen is told: of what is never
    named on its page alone.

    ``known``: the report that whoever reads it made, by its own number and page.
    """
    told = {name: matter.details.get(name, "") for name in matter.type.details.told_fields()}
    page = address(f"{settings.BASE_URL}/f/{known.number}", matter, known)
    topics = [one.topic for one in (matter, known) if one.topic]
    if any(one.unsaid for one in topics):
        linked = "page" in tell.names
        there = _("please read it there.") if linked else _("please read it at %s") % page
        told = dict.fromkeys(told, there)
    return {
        **told,
        "bureau": bureau(),
        "about": named(known, language)["about"],
        "number": known.number,
        "office": named(matter, language)["office"],
        "due": _due(matter),
        "days": _days(matter),
        "page": page,
        "code": follow,
        "rule": RuleNumbers(),
    }


def promised_now(matter: Matter) -> Deadline | None:
    """The deadline that the citizen is told of: that of the promise, or what runs while that does not.

    A petition that is not accepted yet owes the word on that; one under review owes its result.
    """
    rows = list(deadlines_of(matter.pk))
    promise = next((one.code for one in matter.type.clocks if one.promise), "")
    kept = next((one for one in rows if one.clock == promise), None)
    if not matter.live or (kept is not None and kept.met_at is None):
        return kept
    unmet = [one for one in rows if one.met_at is None]
    return min(unmet, key=lambda one: (one.paused_at is not None, one.due_at), default=kept)


def _due(matter: Matter) -> str:
    row = promised_now(matter)
    if row is None:
        return ""
    local = timezone.localtime(row.due_at)
    return f"{day_said(local.date())} {local:%H:%M}"


def _days(matter: Matter) -> str:
    """The days in which the citizen may take the next step, where there is such a time."""
    own = (one for one in matter.type.flow.moves_from(matter.state) if one.by_citizen)
    rules = [settings.RULES.get(one.within, timezone.localdate()) for one in own if one.within]
    return next((str(one.value) for one in rules if one.unit == "calendar_days"), "")


def _by_phone(known: Sequence[Hearer]) -> dict[str, Hearer]:
    """One for each telephone: whoever made the matter itself before who made a part of it."""
    return {one.phone: one for one in reversed(known) if one.phone}


def _hearers(matter: Matter, to: str) -> list[Hearer]:
    """The first contact, or a party's; of this matter and of those that became part of it.

    What was found of a citizen's demand is told to whom it is about, as of his or her own matter.
    """
    parts: list[tuple[Matter, Matter | None]]
    cause = cause_of(matter)
    if cause is not None:
        kept = Contact.objects.filter(matter=cause)
        return [Hearer(unseal(row, number=cause.number), cause) for row in kept]
    parts = [(matter, None), *((one, one) for one in parts_told(matter))]
    if to:
        return [Hearer(each, part) for one, part in parts for each in citizens_of(one, to)]
    rows = Contact.objects.filter(matter__in=[one for one, _part in parts]).annotate(
        follows=Q(matter__follow_code__isnull=False)
    )
    found = {row.matter_id: row for row in rows}
    return [
        Hearer(unseal(found[one.pk], number=one.number), part, found[one.pk].follows)
        for one, part in parts
        if one.pk in found
    ]


def _hours() -> Hours:
    """When nobody is disturbed by a message."""
    day = timezone.localdate()
    opens = settings.RULES.get("callback.quiet_until", day).clock
    return Hours(opens, settings.RULES.get("callback.quiet_from", day).clock)


def permitted(moment: datetime) -> datetime:
    """That moment, or the first one after the quiet hours."""
    return _hours().first(moment, timezone.get_default_timezone())


def _horizon(now: datetime, lead: Any) -> datetime:
    """Deadlines until then are told of now: also those whose turn would fall into the quiet hours."""
    soon = now + MARGIN
    opens = permitted(soon)
    latest: datetime = (opens if opens != soon else now) + lead.duration
    return latest
