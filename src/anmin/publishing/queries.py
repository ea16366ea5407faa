"""What the desk reads of publications."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.receipts import code_of
from anmin.kernel.errors import NotFound, Refusal
from anmin.people.counting import counted
from anmin.people.models import Account
from anmin.people.policy import Capability, can, require
from anmin.publishing import policy
from anmin.publishing.content import Content, content_of
from anmin.publishing.face import Face, face_of, read_as
from anmin.publishing.models import (
    Clipping,
    Did,
    Edition,
    Publication,
    Standing,
    Step,
    Text,
    Work,
)
from anmin.publishing.recognising import Hint, warnings
from anmin.publishing.redaction import Segment, segments
from anmin.publishing.sources import Offer, Source, all_sources

VIEWS = ("mine", "drafts", "published", "due", "over", "all")
LIMIT = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One publication in the desk's list. ``title``: of its newest text, or of what is public."""

    publication: Publication
    title: str
    waits: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a text in pieces, for whoever reviews it. ``label`` says which part it is."""

    path: str
    language: str
    part: str
    pieces: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """A warning with the answer that the reviewer gave, if there is one."""

    warning: Hint
    answer: str
    by: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A text as the desk shows it: its pieces, what the public would read, what has to be answered."""

    text: Text
    face: Face
    passages: tuple[Passage, ...]
    warnings: tuple[Answered, ...]

    @property
    def digest(self) -> str:
        """The digest of what the public would read."""
        return self.face.content.digest

    @property
    def hidden(self) -> int:
        """How many places are hidden and not lifted."""
        return len(self.face.hidings) - len(self.face.lifted)

    @property
    def unanswered(self) -> bool:
        """Whether a warning waits for an answer."""
        return any(not one.answer for one in self.warnings)


def publication(viewer: Account, pk: int) -> Publication:
    """One publication. Raises ``NotAllowed``, ``NotFound``."""
    require(viewer, Capability.VIEW_PUBLICATIONS)
    try:
        found = Publication.objects.select_related("made_by").filter(pk=pk).first()
    except OverflowError:
        found = None
    if found is None:
        raise NotFound(_("There is no such publication."))
    return found


def lines(viewer: Account, view: str = "mine") -> list[Line]:
    """The publications of a view, what was changed last on top."""
    rows = _of_view(viewer, view).order_by("-pk")[:LIMIT]
    waiting = {one.pk for one in waiting_for(viewer)}
    return [Line(one, _title(one), one.pk in waiting) for one in rows]


def lines_of(viewer: Account, rows: Iterable[Publication]) -> list[Line]:
    """The same for publications that are known already."""
    require(viewer, Capability.VIEW_PUBLICATIONS)
    return [Line(one, _title(one), waits=False) for one in rows]


def begun(viewer: Account, row: Publication) -> Content | None:
    """Where the next text begins: with what the records say now, or with the one in hand (nothing).

    What is public is corrected from the records anew, where they have something else to say.
    """
    require(viewer, Capability.DRAFT_PUBLICATIONS)
    if row.standing != Standing.LIVE or row.work != Work.NONE or not row.untrue:
        return None
    try:
        return row.of.draft(row.key).content
    except NotFound:
        return None


def plain_text(row: Publication, content: Content) -> str:
    """A text in plain lines, each language after the other."""
    parts = []
    for said, colon in ((content.zh, "："), (content.en, ": ")):
        if said is None:
            continue
        facts = [
            " ".join(
                str(one)
                for one in (
                    f"{fact.label}{colon}{fact.value}",
                    fact.interval,
                    fact.cut_off,
                    fact.note,
                )
                if one
            )
            for fact in said.facts
        ]
        lines = [said.title, said.lead, *facts, *said.body, said.change]
        parts.append("\n".join(one for one in lines if one))
    address = f"{settings.BASE_URL}/read/{row.number}"
    return "\n\n".join([*parts, f"{row.number} {address}", f"SHA-256 {content.digest}", ""])


def _of_view(viewer: Account, view: str) -> QuerySet[Publication]:
    require(viewer, Capability.VIEW_PUBLICATIONS)
    rows = Publication.objects.all()
    if view == "mine":
        return rows.filter(pk__in=[one.pk for one in waiting_for(viewer)])
    if view == "drafts":
        return rows.exclude(work=Work.NONE)
    if view == "published":
        return rows.filter(standing=Standing.LIVE)
    if view == "due":
        return rows.filter(standing=Standing.LIVE).filter(_due())
    if view == "over":
        return rows.filter(standing__in=(Standing.WITHDRAWN, Standing.EXPIRED))
    return rows


def _due() -> Q:
    ahead: timedelta = settings.RULES.get("publishing.remind_before", timezone.localdate()).duration
    until = timezone.localdate() + ahead
    return ~Q(untrue="") | Q(review_on__lte=until) | Q(expires_on__lte=until)


def waiting_for(viewer: Account) -> list[Publication]:
    """What waits for this person: to be reviewed, or, for who drafts, refused or no longer true."""
    submitted = _submitted(viewer).order_by("pk")[:LIMIT]
    found = [one for one in submitted if policy.may_review(viewer, one)]
    found += _to_correct(viewer).order_by("correct_by", "pk")[:LIMIT]
    return list({one.pk: one for one in found}.values())


def _submitted(viewer: Account) -> QuerySet[Publication]:
    rows = Publication.objects.filter(work=Work.SUBMITTED)
    return rows if can(viewer, Capability.APPROVE_PUBLICATIONS) else rows.none()


def _to_correct(viewer: Account) -> QuerySet[Publication]:
    """Refused or no longer true."""
    if not can(viewer, Capability.DRAFT_PUBLICATIONS):
        return Publication.objects.none()
    steps = Step.objects.filter(publication=OuterRef("pk")).order_by("-seq")
    last = steps.exclude(did__in=(Did.REMIND, Did.PLAN)).values("did")[:1]
    refused = Q(work=Work.DRAFT, last=Did.REFUSE)
    untrue = Q(standing=Standing.LIVE, work=Work.NONE) & ~Q(untrue="")
    return Publication.objects.annotate(last=Subquery(last)).filter(refused | untrue)


def waiting_count(viewer: Account) -> int:
    """How much waits for this person; mostly nothing does, and that costs next to nothing."""
    perhaps = (("submitted", _submitted), ("to correct", _to_correct))
    some = any(
        counted(viewer, (__name__, what), partial(rows, viewer), limit=1) for what, rows in perhaps
    )
    return len(waiting_for(viewer)) if some else 0


def sheet(viewer: Account, row: Publication, seq: int | None = None) -> Sheet:
    """A text of it, the newest unless another is named. Raises ``NotFound``."""
    require(viewer, Capability.VIEW_PUBLICATIONS)
    text = Text.objects.select_related("by").filter(publication=row, seq=seq or row.newest).first()
    if text is None:
        raise NotFound(_("There is no such text."))
    text.publication = row
    face = face_of(text)
    answers = {
        step.about: step
        for step in row.steps.filter(text=text.seq, did=Did.ANSWER).select_related("actor")
    }
    return Sheet(
        text,
        face,
        tuple(_passages(text, face)),
        tuple(
            Answered(
                one,
                answers[one.key].reason if one.key in answers else "",
                str(answers[one.key].actor or "") if one.key in answers else "",
            )
            for one in warnings(text, face)
        ),
    )


def _passages(text: Text, face: Face) -> list[Passage]:
    made = []
    for path, words in text.content.passages():
        language, part = path.split(".", 1)
        pieces = tuple(segments(path, words, face.hidings, face.lifted))
        made.append(Passage(path, language, part, pieces))
    return made


def steps(viewer: Account, row: Publication) -> list[Step]:
    """What was done with it, in order."""
    require(viewer, Capability.VIEW_PUBLICATIONS)
    return list(row.steps.select_related("actor").order_by("seq"))


def editions(viewer: Account, row: Publication) -> list[tuple[Edition, str]]:
    """What the public could read of it, with the receipts, the newest first."""
    require(viewer, Capability.VIEW_PUBLICATIONS)
    return [(one, code_of(one)) for one in row.editions.order_by("-seq")]


def approved(viewer: Account, row: Publication) -> tuple[Edition, Content]:
    """The text that is public now, for the bureau's other channels. Raises ``NotFound``."""
    require(viewer, Capability.VIEW_PUBLICATIONS)
    live = row.standing == Standing.LIVE
    found = row.editions.filter(seq=row.shown or 0).first() if live else None
    if found is None:
        raise NotFound(_("It is not before the public."))
    content = content_of(found.content)
    if content.digest != found.digest:
        raise Refusal(_("The text does not fit its digest any more, so it is not shown."))
    return found, content


def clippings(viewer: Account, row: Publication) -> list[Clipping]:
    """Where it was reprinted."""
    require(viewer, Capability.VIEW_PUBLICATIONS)
    return list(row.clippings.select_related("by"))


def offers(viewer: Account) -> list[tuple[Source, Sequence[Offer]]]:
    """What this person may begin a publication about; nothing that is public or in hand already."""
    require(viewer, Capability.DRAFT_PUBLICATIONS)
    found: list[tuple[Source, Sequence[Offer]]] = []
    for source in all_sources().values():
        if source.sign_off and not settings.SINGLE_DECISIONS:
            continue
        taken = Publication.objects.filter(source=source.label).filter(
            Q(standing=Standing.LIVE) | ~Q(work=Work.NONE)
        )
        known = set(taken.values_list("key", flat=True))
        free = [one for one in source.offers(viewer) if one.key not in known]
        found.append((source, free))
    return found


@dataclass(frozen=True, slots=True)
class Planned:
    """One line of the calendar."""

    publication: Publication
    what: str
    title: str


def calendar(viewer: Account, first: date, last: date) -> Mapping[date, list[Planned]]:
    """What is wanted, was published, is to be reviewed or expires on each of these days."""
    require(viewer, Capability.VIEW_PUBLICATIONS)
    days: dict[date, list[Planned]] = {}
    begins = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    ends = timezone.make_aware(datetime.combine(last + timedelta(days=1), datetime.min.time()))
    rows = Publication.objects.filter(
        Q(planned_on__range=(first, last))
        | Q(published_at__gte=begins, published_at__lt=ends)
        | Q(standing=Standing.LIVE, review_on__range=(first, last))
        | Q(standing=Standing.LIVE, expires_on__range=(first, last))
    ).order_by("pk")
    for row in rows:
        live = row.standing == Standing.LIVE
        wanted = row.planned_on if row.work != Work.NONE else None
        told = {
            "planned": wanted,
            "published": timezone.localdate(row.published_at) if row.published_at else None,
            "review": row.review_on if live else None,
            "expires": row.expires_on if live else None,
        }
        title = _title(row)
        for what, day in told.items():
            if day is not None and first <= day <= last:
                days.setdefault(day, []).append(Planned(row, what, title))
    return days


def _title(row: Publication) -> str:
    """A line for the desk: what the public would read, never what is hidden."""
    text = row.texts.filter(seq=row.newest).first()
    if text is None or not text.sealed:
        return str(row.of.title)
    return read_as(text).said.title
