"""What ends, or should: taken back by a person, expired, no longer true, due for review."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.channels.actions import queue_message
from anmin.channels.letters import register_letter
from anmin.evidence.log import atomic
from anmin.files.actions import erase_of
from anmin.kernel.errors import Conflict, NotFound
from anmin.matters.reckoning import reckoner
from anmin.people.actions import log_access
from anmin.people.models import Account
from anmin.people.policy import Capability, capability_table, require
from anmin.people.queries import working_as
from anmin.publishing import policy
from anmin.publishing.deciding import day_by
from anmin.publishing.models import Did, Edition, Publication, Standing, Text, Work
from anmin.publishing.photos import ORIGINAL, SHOWN
from anmin.publishing.reasons import reason_of
from anmin.publishing.sources import source_of
from anmin.publishing.steps import done_before, held, record, require_version, text_of

LETTER = register_letter(
    "publication_due",
    gettext_lazy("Notice that a publication needs somebody"),
    "publishing.correct_within",
    "publishing.remind_before",
)


@atomic
def withdraw(
    *,
    publication_id: int,
    why: str,
    by: Account,
    note: str = "",
    version: int | None = None,
    form_key: str | None = None,
) -> Publication:
    """Take a text back from the public: at once, by one person, with a reason of the list.

    The page stays and says why; the text is gone from it. ``note`` is for the house. Raises
    ``NotAllowed`` for whom it is about, ``Conflict`` where it is not public.
    """
    publication = held(publication_id)
    policy.require_ender(by, publication)
    if done_before(publication, form_key):
        return publication
    require_version(publication, version)
    _require_live(publication)
    reason_of(why)
    _end(publication, Did.WITHDRAW, why, by=by, note=note.strip()[:1000], form_key=form_key)
    log_access(account=by, action="withdraw_publication", subject=f"publication:{publication}")
    return publication


@atomic
def withdraw_about(*, source: str, key: str, why: str) -> int:
    """For rooms above: take back at once, in the name of the house, all that is public about something.

    Drafts about it are given up, and of what is not kept their words go, those of earlier drafts too.
    Returns how many were public.
    """
    reason_of(why)
    rows = Publication.objects.select_for_update().filter(source=source, key=key)
    taken = 0
    for publication in rows.order_by("pk"):
        if publication.standing == Standing.LIVE:
            _end(publication, Did.WITHDRAW, why, by=None)
            taken += 1
            continue
        if publication.work != Work.NONE:
            record(publication, Did.ABANDON, by=None, reason=why, work=Work.NONE)
        _erase(publication)
    return taken


@atomic
def forget_about(*, key: str) -> None:
    """A matter tells of nobody any more: nor do the texts about it, and the reasons given for them.

    What its source does not keep is taken off the public pages with that.
    """
    for source in Publication.objects.filter(key=key).values_list("source", flat=True).distinct():
        if source_of(source).erases:
            withdraw_about(source=source, key=key, why="by_law")
    rows = Publication.objects.select_for_update().filter(key=key).order_by("pk")
    for publication in rows:
        if publication.work != Work.NONE:
            record(publication, Did.ABANDON, by=None, reason="by_law", work=Work.NONE)
        publication.texts.exclude(sealed=b"").erase("sealed", "hidings")
        kept = publication.standing == Standing.LIVE
        _erase_photos(publication, ORIGINAL, *(() if kept else (SHOWN,)))
        publication.steps.exclude(reason="").erase("reason")


@atomic
def keep(
    *,
    publication_id: int,
    by: Account,
    version: int | None = None,
    form_key: str | None = None,
) -> Publication:
    """Say after a look that it still holds; it is looked at again after the rule's time."""
    publication = held(publication_id)
    require(by, Capability.DRAFT_PUBLICATIONS)
    if done_before(publication, form_key):
        return publication
    require_version(publication, version)
    _require_live(publication)
    if publication.untrue:
        raise Conflict(_("It holds no longer: correct it, or take it back."))
    record(
        publication, Did.KEEP, by=by, key=form_key, review_on=day_by(publication.in_series.review)
    )
    return publication


def expire_due() -> int:
    """Take out what has come to its day; how many."""
    today = timezone.localdate()
    due = Publication.objects.filter(standing=Standing.LIVE, expires_on__lte=today)
    return sum(_expire(pk) for pk in list(due.order_by("pk").values_list("pk", flat=True)[:200]))


@atomic
def _expire(pk: int) -> int:
    publication = held(pk)
    if publication.standing != Standing.LIVE:
        return 0
    _end(publication, Did.EXPIRE, "", by=None)
    return 1


def look_again() -> int:
    """Ask of everything public whether it is still true; whoever drafts is told. How many changed."""
    live = Publication.objects.filter(standing=Standing.LIVE).order_by("pk")
    changed = 0
    for publication in live.iterator(500):
        changed += _look(publication)
    return changed


def _look(seen: Publication) -> int:
    try:
        stamp = text_of(seen, seen.shown).stamp
        why = seen.of.still_true(seen.key, stamp)
    except NotFound:
        why = "no_longer_true"
    return _found(seen.pk, seen.shown, why) if why != seen.untrue else 0


@atomic
def _found(pk: int, shown: int | None, why: str) -> int:
    publication = held(pk)
    if publication.standing != Standing.LIVE or publication.shown != shown:
        return 0
    if why == publication.untrue:
        return 0
    if not why:
        record(publication, Did.TRUE_AGAIN, by=None, untrue="", correct_by=None)
        return 1
    now = timezone.now()
    due = publication.correct_by or reckoner()("publishing.correct_within", now).at
    record(publication, Did.UNTRUE, by=None, about=why, untrue=why, correct_by=due)
    _tell(publication, "untrue")
    return 1


def remind() -> int:
    """Tell whoever drafts of reviews and expiries that come near, once for each day; how many."""
    ahead: timedelta = settings.RULES.get("publishing.remind_before", timezone.localdate()).duration
    until = timezone.localdate() + ahead
    live = Publication.objects.filter(standing=Standing.LIVE)
    told = 0
    for what in ("review", "expiry"):
        field = {"review": "review_on", "expiry": "expires_on"}[what]
        for publication in live.filter(**{f"{field}__lte": until}).order_by("pk")[:200]:
            told += _remind(publication, what, str(getattr(publication, field)))
    return told


@atomic
def _remind(publication: Publication, what: str, day: str) -> int:
    about = f"{what} {day}"
    if publication.steps.filter(did=Did.REMIND, about=about).exists():
        return 0
    row = held(publication.pk)
    record(row, Did.REMIND, by=None, about=about)
    _tell(row, what)
    return 1


def _require_live(publication: Publication) -> None:
    if publication.standing != Standing.LIVE:
        raise Conflict(_("It is not before the public."))


def _end(
    publication: Publication,
    did: Did,
    why: str,
    *,
    by: Account | None,
    note: str = "",
    form_key: str | None = None,
) -> None:
    expired = did == Did.EXPIRE
    record(
        publication,
        did,
        by=by,
        key=form_key,
        about=why,
        reason=note,
        standing=Standing.EXPIRED if expired else Standing.WITHDRAWN,
        work=Work.NONE,
        ended=why,
        changed_at=timezone.now(),
        untrue="",
        correct_by=None,
        review_on=None,
    )
    _erase(publication)


def _erase(publication: Publication) -> None:
    """Of what may not be kept either, the words go; rows and digests stay."""
    if publication.of.erases:
        Text.objects.filter(publication=publication).exclude(sealed=b"").erase("sealed", "hidings")
        Edition.objects.filter(publication=publication).exclude(content={}).erase(
            "content", "words"
        )
        _erase_photos(publication, ORIGINAL, SHOWN)


def _erase_photos(publication: Publication, *labels: str) -> None:
    for label in labels:
        erase_of(label, [str(publication.pk)], why="by_law")


def _tell(publication: Publication, what: str) -> None:
    drafting = [
        role for role, may in capability_table().items() if Capability.DRAFT_PUBLICATIONS in may
    ]
    for account in working_as(drafting):
        language = account.language or settings.LANGUAGE_CODE
        with translation.override(language):
            body = _words(publication, what)
        queue_message(
            key=f"publication:{publication.pk}:{publication.version}:{account.pk}",
            medium="inbox",
            recipient=account.username,
            body=body,
            template=LETTER.code,
            language=language,
            subject_ref=f"publication:{publication.pk}",
        )


def _words(publication: Publication, what: str) -> str:
    values = {"number": publication.number, "review": publication.review_on}
    values["expiry"] = publication.expires_on
    if what == "untrue":
        values["due"] = timezone.localtime(publication.correct_by).strftime("%Y-%m-%d %H:%M")
        values["why"] = str(reason_of(publication.untrue))
        return (
            _("%(number)s holds no longer (%(why)s). Correct it or take it back by %(due)s.")
            % values
        )
    if what == "expiry":
        return _("%(number)s expires on %(expiry)s.") % values
    return _("%(number)s is to be reviewed by %(review)s: does it still hold?") % values
