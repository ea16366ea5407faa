"""Stories of units and people: with their consent, which is theirs to take back, and then the story goes at once.

A story is begun by writing down who is in it and how they agreed. Whoever is of the house takes the consent back on
the desk; for others somebody who drafts does, or they themselves by a request about their data.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import orjson
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.evidence.log import atomic
from anmin.kernel.errors import NotAllowed, NotFound, Refusal
from anmin.matters.conflict import About
from anmin.matters.contacts import ContactFacts
from anmin.matters.data_rights import Right
from anmin.matters.held import Person, lets_go
from anmin.people.actions import log_access
from anmin.people.models import Account
from anmin.people.policy import Capability, can, require
from anmin.places.models import Unit
from anmin.publishing.both import both
from anmin.publishing.ending import withdraw_about
from anmin.publishing.models import StoryConsent
from anmin.publishing.names import of_contact
from anmin.publishing.redaction import Known
from anmin.publishing.series import Series, register_series
from anmin.publishing.sources import Draft, Offer

LABEL = "story"
SERIES = register_series(
    Series(
        code="stories",
        prefix="DX",
        label=gettext_lazy("Units and people"),
        about=gettext_lazy("What units and people did well, told with their consent."),
        review="publishing.text.review",
        expiry="publishing.text.expiry",
    )
)
OFFERED = 50


@atomic
def consent(
    *,
    title: str,
    by: Account,
    given_on: date,
    how: str,
    account: Account | None = None,
    unit: Unit | None = None,
    contact: ContactFacts | None = None,
    photos: bool = False,
    form_key: str = "",
) -> StoryConsent:
    """Write down that somebody, or a unit, agreed to a story, and how. Raises ``Refusal``."""
    require(by, Capability.DRAFT_PUBLICATIONS)
    if form_key and (known := StoryConsent.objects.filter(key=form_key).first()) is not None:
        return known
    if not title.strip():
        raise Refusal(_("Say what the story is about."), field="title")
    if sum(one is not None for one in (account, unit, contact)) != 1:
        raise Refusal(_("Say who is in it: a person of the house, a unit, or somebody else."))
    if not how.strip():
        raise Refusal(_("Say how they agreed."), field="how")
    if given_on > timezone.localdate():
        raise Refusal(_("This day is still to come."), field="given_on")
    row = StoryConsent(
        title=title.strip()[:120],
        account=account,
        unit=unit,
        photos=photos,
        given_on=given_on,
        how=how.strip()[:300],
        written_at=timezone.now(),
        written_by=by,
        key=form_key or uuid.uuid4().hex,
    )
    row.save()
    if contact is not None:
        row.sealed = settings.KEYRING.encrypt(orjson.dumps(contact.plain()), context=row.context)
        row.phone_index = (
            settings.KEYRING.blind_index(contact.phone, purpose="phone") if contact.phone else None
        )
        row.save()
    return row


@atomic
def take_back(*, consent_id: int, by: Account | None) -> StoryConsent:
    """Take a consent back: the story is off every public page with that. Repeating it changes nothing.

    By the person in it, by whoever drafts for others, or by the house for who asked (``by`` is nobody).
    """
    row = StoryConsent.objects.select_for_update().filter(pk=consent_id).first()
    if row is None:
        raise NotFound(_("There is no such consent."))
    own = by is not None and row.account_id == by.pk
    if by is not None and not own and not can(by, Capability.DRAFT_PUBLICATIONS):
        raise NotAllowed(_("You may not do this."))
    if row.withdrawn_at is not None:
        return row
    row.withdrawn_at, row.withdrawn_by = timezone.now(), by
    row.sealed, row.phone_index = b"", None
    row.save()
    withdraw_about(source=LABEL, key=str(row.pk), why="consent_withdrawn")
    if by is not None:
        log_access(account=by, action="withdraw_consent", subject=f"story:{row.pk}")
    return row


def given(account: Account) -> Sequence[StoryConsent]:
    """The consents that this person may see: the own ones, and for whoever drafts all, the newest first."""
    rows = StoryConsent.objects.select_related("account", "unit").order_by("-pk")
    if not can(account, Capability.VIEW_PUBLICATIONS):
        rows = rows.filter(account=account)
    return list(rows[:OFFERED])


def draft(key: str) -> Draft:
    """The frame of a story. A unit is named; a person is not, unless the reviewer lifts it. Raises ``NotFound``."""
    row = _standing(key)

    def made() -> Mapping[str, Any]:
        unit = row.unit or (row.account.unit if row.account else None)
        facts = [{"label": _("Unit"), "value": unit.label}] if unit else []
        return {
            "title": row.title,
            "lead": _("Told with the consent of those in it; they may take it back at any time."),
            "facts": facts,
            "body": [_("What happened, what they did, and what came of it (with the evidence):")],
        }

    return Draft(content=both(made), names=list(_names(row)), stamp=str(row.given_on), frame=True)


def still_true(key: str, _stamp: str) -> str:
    """Whether the consent stands."""
    try:
        _standing(key)
    except NotFound:
        return "consent_withdrawn"
    return ""


def may_draft(account: Account, key: str) -> bool:
    """Whoever drafts, while the consent stands."""
    return can(account, Capability.DRAFT_PUBLICATIONS) and still_true(key, "") == ""


def no_photos(key: str) -> str:
    """Why it has no photos; nothing where those in it agreed to some."""
    try:
        agreed = _standing(key).photos
    except NotFound:
        agreed = False
    return "" if agreed else _("Those in it did not agree to photos.")


def offers(account: Account) -> Sequence[Offer]:
    """Stories whose consent stands."""
    if not can(account, Capability.DRAFT_PUBLICATIONS):
        return []
    rows = StoryConsent.objects.filter(withdrawn_at=None).order_by("-pk")[:OFFERED]
    return [Offer(str(one.pk), one.title) for one in rows]


def about(key: str) -> About:
    """Whoever is in it approves nothing of it, nor does the unit."""
    row = StoryConsent.objects.filter(pk=key).select_related("account").first()
    if row is None:
        return About()
    ids = (row.unit_id, row.account.unit_id if row.account else None)
    people = [row.account_id] if row.account_id else []
    return About(frozenset(people), frozenset(pk for pk in ids if pk))


def wrote(account: Account, key: str) -> bool:
    """Whether this person wrote the consent down, and with it the title of the story."""
    return key.isdecimal() and StoryConsent.objects.filter(pk=int(key), written_by=account).exists()


def _standing(key: str) -> StoryConsent:
    row = None
    if key.isdecimal():
        rows = StoryConsent.objects.filter(pk=int(key), withdrawn_at=None)
        row = rows.select_related("account__unit", "unit").first()
    if row is None:
        raise NotFound(_("Nobody consents to this story, or not any more."))
    return row


def _contact(row: StoryConsent) -> ContactFacts | None:
    if not row.sealed:
        return None
    plain = settings.KEYRING.decrypt(bytes(row.sealed), context=row.context)
    return ContactFacts.of(orjson.loads(plain))


def _names(row: StoryConsent) -> Iterable[Known]:
    contact = _contact(row)
    if contact is not None:
        yield from of_contact(contact)
    if row.account is not None:
        yield Known(row.account.display_name, "staff")


def _let_go(person: Person, _right: Right) -> Iterable[str]:
    """Somebody takes back what he or she agreed to, or wants to be forgotten: the stories go."""
    rows = StoryConsent.objects.filter(phone_index__in=person.indexes, withdrawn_at=None)
    found = [one for one in rows if (facts := _contact(one)) and person.is_named(facts.name)]
    for one in found:
        take_back(consent_id=one.pk, by=None)
    return [_("A story that you agreed to was taken off: %s") % one.title for one in found]


lets_go(_let_go)
