"""What analysts do with a wave: open, freeze, plan, draw, end. Each asks policy first, in one
transaction, and a step that was done is never done again.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import connection
from django.db.models import CharField, Count, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.callbacks.own import own_units
from anmin.channels.erasing import erase_about
from anmin.draws.numbers import announce
from anmin.evidence.evidenced import reread
from anmin.evidence.log import atomic
from anmin.kernel import fair_draw
from anmin.kernel.errors import Conflict, NotFound, Refusal
from anmin.matters.sealed_texts import seal_text
from anmin.people.actions import log_access
from anmin.people.models import Account
from anmin.people.policy import Capability, require
from anmin.stats.planning import allocate, size_for_proportion
from anmin.surveys import questionnaires
from anmin.surveys.dispositions import exhausted
from anmin.surveys.models import Case, CaseAttempt, FrameRow, Wave
from anmin.surveys.recording import rule
from anmin.surveys.sealing import read_seed
from anmin.surveys.selection import SMALLEST, Chance, Member, describe, select
from anmin.surveys.wording import said

CHUNK = 1000
Status = Wave.Status


@dataclass(frozen=True, slots=True)
class Opening:
    """What a wave begins with."""

    code: str
    title_zh: str
    title_en: str
    questionnaire: str
    version: int | None = None
    by_message: bool = True
    double_entry: bool = True


@atomic
def open_wave(opening: Opening, *, by: Account) -> Wave:
    """Open a wave: its seed is made and the hash published before anything of the frame is known.

    Raises ``NotAllowed``, ``NotFound`` for an unknown questionnaire, ``Conflict`` for a code that
    exists. A wave is never deleted, so that nobody can open many and keep the one that pleases.
    """
    require(by, Capability.PLAN_SURVEYS)
    sheet = questionnaires.questionnaire(opening.questionnaire, opening.version)
    if not (opening.title_zh.strip() and opening.title_en.strip()):
        raise Refusal(_("Give a title in both languages."), field="title_zh")
    seed = fair_draw.new_seed()
    wave, made = Wave.objects.get_or_create(
        code=opening.code,
        defaults={
            "title_zh": opening.title_zh.strip(),
            "title_en": opening.title_en.strip(),
            "questionnaire": sheet.code,
            "version": sheet.version,
            "text": questionnaires.path_of(sheet.code, sheet.version).read_text("utf-8"),
            "by_message": opening.by_message,
            "double_entry": opening.double_entry,
            "opened_at": timezone.now(),
            "opened_by": by,
            "seed_sealed": seal_text(seed, f"survey:{opening.code}"),
            "seed_hash": fair_draw.seed_hash(seed),
        },
    )
    if not made:
        raise Conflict(_("There is a wave of that code already."), field="code")
    _log(by, "open_survey", wave)
    return wave


def lock_wave(wave_id: int, *wanted: str) -> Wave:
    """The wave, held for this transaction.

    Raises ``NotFound``, or ``Conflict`` when it stands elsewhere than wanted.
    """
    wave = Wave.objects.select_for_update().filter(pk=wave_id).first()
    if wave is None:
        raise NotFound(_("There is no such wave."))
    if wanted and wave.status not in wanted:
        raise Conflict(
            _("This cannot be done now: %(status)s.") % {"status": wave.get_status_display()}
        )
    return wave


@atomic
def freeze(*, wave_id: int, by: Account) -> Wave:
    """Freeze the frame: number its rows and publish their digest. Nobody is added afterwards."""
    require(by, Capability.PLAN_SURVEYS)
    wave = lock_wave(wave_id, Status.DRAFT)
    _number(wave)
    frame = members(wave)
    if not frame:
        raise Refusal(_("The frame is empty: bring in the list of people first."))
    wave.frame_count = len(frame)
    wave.frame_digest = fair_draw.frame_digest(describe(frame))
    wave.status, wave.frozen_at = Status.FROZEN, timezone.now()
    wave.save()
    _log(by, "freeze_frame", wave)
    return wave


def _number(wave: Wave) -> None:
    """Count the frame by its references; one statement, however long the list is."""
    table = FrameRow._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET number = ordered.place FROM ("  # noqa: S608 - no input in it
            f"SELECT id, ROW_NUMBER() OVER (ORDER BY reference) AS place FROM {table} "
            f"WHERE wave_id = %s) AS ordered WHERE {table}.id = ordered.id",
            [wave.pk],
        )
    reread(wave.frame.all())


def members(wave: Wave) -> list[Member]:
    """The frozen frame as it is drawn from."""
    rows = wave.frame.exclude(number=None).order_by("number")
    found = rows.values_list("number", "stratum", "cluster")
    return [Member(number or 0, stratum, cluster) for number, stratum, cluster in found]


def strata(wave: Wave) -> dict[str, int]:
    """How many rows of the frame each stratum has."""
    rows = wave.frame.order_by("stratum").values_list("stratum")
    return dict(rows.annotate(number=Count("pk")))


@said()
def propose(
    wave: Wave, *, total: int | None = None, margin: float | None = None, response: float = 1
) -> dict[str, int]:
    """How many people to draw in each stratum, in proportion to its size.

    Args:
        total: people to draw in all; without it as many as an interval of ``± margin`` needs.
        margin: half the width of the interval of a share, for the whole.
        response: the share of those drawn who are expected to answer.

    Raises ``Refusal`` naming the argument: nothing to go by, or more than there are.
    """
    sizes = strata(wave)
    if total is None:
        if margin is None:
            raise Refusal(_("Give a total or a precision."), field="total")
        total = size_for_proportion(
            margin, population=sum(sizes.values()), response=response
        ).selected
    drawn = allocate(total, list(sizes.values()), minimum=SMALLEST)
    return dict(zip(sizes, (int(n) for n in drawn), strict=True))


@atomic
def draw(*, wave_id: int, sizes: Mapping[str, int], take: int | None = None, by: Account) -> Wave:
    """Lay down how many are drawn from the frozen frame, and draw them.

    Where the house waits for a public number, it is announced now, when frame and sizes stand, and
    the draw is made when the number is there (``draw_waiting``). ``take`` people from each drawn
    cluster, or no clusters. Only the drawing program itself reads the seed. Raises ``NotAllowed``,
    ``Conflict``, or ``Refusal`` naming ``sizes`` or ``take``.
    """
    require(by, Capability.PLAN_SURVEYS)
    wave = lock_wave(wave_id, Status.FROZEN)
    if wave.planned_at is not None:
        raise Conflict(_("The sizes are laid down; the draw waits for the public number."))
    wanted = {stratum: size for stratum, size in sizes.items() if size}
    if not wanted:
        raise Refusal(_("Say how many people to draw."), field="sizes")
    select(members(wave), seed="", sizes=wanted, take=take)  # refuses what cannot be drawn
    wave.plan = {"sizes": wanted, "take": take}
    wave.planned_at = timezone.now()
    wave.number = announce(wave.planned_at)
    wave.save()
    _log(by, "draw_sample", wave)
    if wave.number is None:
        _draw(wave)
    return wave


def draw_waiting() -> int:
    """Draw the samples whose public number has come; returns how many."""
    ready = Wave.objects.filter(status=Status.FROZEN, number__isnull=False)
    ready = ready.exclude(number__value="")
    return sum(_draw_now(pk) for pk in list(ready.values_list("pk", flat=True)))


@atomic
def _draw_now(wave_id: int) -> bool:
    wave = lock_wave(wave_id)
    if wave.status != Status.FROZEN or wave.number is None or not wave.number.value:
        return False
    _draw(wave)
    return True


def _draw(wave: Wave) -> None:
    """Draw the sample and send it into the field."""
    drawn = drawn_of(wave, read_seed(wave))
    now = timezone.now()
    kept = wave.frame.only("pk", "number", "unit_id", "phone_index").order_by("number")
    rows = {row.number: row for row in kept.iterator() if row.number in drawn}
    Case.objects.bulk_create(
        [
            Case(
                wave=wave,
                row=rows[number],
                unit_id=rows[number].unit_id,
                chance=asdict(one),
                status=Case.Status.WAITING
                if wave.by_message and rows[number].phone_index
                else Case.Status.CALLING,
                not_before=now,
            )
            for number, one in sorted(drawn.items())
        ],
        batch_size=CHUNK,
    )
    wave.status, wave.drawn_at, wave.selected = Status.FIELD, now, len(drawn)
    wave.drawn_digest = fair_draw.frame_digest(str(number) for number in drawn)
    wave.save()


def drawn_of(wave: Wave, secret: str) -> dict[int, Chance]:
    """Who is drawn by that secret, with the public number where the draw waited for one."""
    seed = fair_draw.combined(secret, wave.number.value) if wave.number else secret
    return select(members(wave), seed=seed, sizes=wave.plan["sizes"], take=wave.plan["take"])


@atomic
def assign(*, wave_id: int, interviewers: list[Account], by: Account) -> Counter[int]:
    """Give every open case to one of these interviewers, none to somebody of its own unit.

    They are dealt out in turn, in the order of the frame. Returns how many each has got, by id.

    Raises ``NotAllowed``, or ``Refusal`` when somebody is no interviewer, or nobody is from
    another unit than a respondent's.
    """
    require(by, Capability.PLAN_SURVEYS)
    wave = lock_wave(wave_id, Status.FIELD)
    for person in interviewers:
        require(person, Capability.WORK_SURVEYS)
    own = {person.pk: own_units(person) for person in interviewers}
    dealt: Counter[int] = Counter(dict.fromkeys(own, 0))
    chosen: dict[int, list[int]] = defaultdict(list)
    open_cases = wave.cases.filter(closed_at=None).order_by("row__number")
    for pk, unit in open_cases.values_list("pk", "unit_id"):
        fit = [key for key in own if unit not in own[key]]
        if not fit:
            raise Refusal(
                _("Name somebody from another unit: nobody may ask about their own."),
                field="interviewers",
            )
        taker = min(fit, key=lambda key: (dealt[key], key))
        dealt[taker] += 1
        chosen[taker].append(pk)
    for taker, cases in chosen.items():
        for start in range(0, len(cases), CHUNK):
            Case.objects.filter(pk__in=cases[start : start + CHUNK]).update(interviewer=taker)
    return dealt


@atomic
def end_fieldwork(*, wave_id: int, by: Account) -> Wave:
    """End the asking: who has not answered gets a final disposition, the seed is published.

    Names and numbers of people who were not drawn are erased at once.
    """
    require(by, Capability.PLAN_SURVEYS)
    wave = lock_wave(wave_id, Status.FIELD)
    now = timezone.now()
    left = list(wave.cases.filter(closed_at=None).prefetch_related("attempt_rows"))
    for case in left:
        case.disposition = exhausted(one.outcome for one in case.attempt_rows.all())
        case.status, case.closed_at = Case.Status.CLOSED, now
        case.operator, case.lease_until = None, None
        case.steps += 1
    Case.objects.bulk_update(
        left,
        ["disposition", "status", "closed_at", "operator", "lease_until", "steps"],
        batch_size=CHUNK,
    )
    wave.status, wave.closed_at, wave.seed = Status.CLOSED, now, read_seed(wave)
    wave.save()
    forget(wave.frame.filter(case=None))
    _log(by, "end_fieldwork", wave)
    return wave


def forget_people(now: datetime) -> int:
    """Erase who was asked once a wave's time is over: names, numbers, the list's own references.

    What was answered stays, with town and groups; nobody can say any more whose it is. Bounded
    and safe to repeat; returns how many rows were emptied.
    """
    before = rule("contacts_kept").cutoff(timezone.localtime(now))
    over = Wave.objects.filter(status=Status.CLOSED, closed_at__lt=before)
    return forget(FrameRow.objects.filter(wave__in=over))


def forget(rows: QuerySet[FrameRow]) -> int:
    """Empty these rows of everything that leads to a person, with what was written about them; their number
    stays. A row of a list that is not frozen yet goes whole.
    """
    rows = rows.exclude(fingerprint=b"")
    loose = rows.filter(number=None)
    gone = loose.count()
    loose.delete()
    ids = list(rows.values_list("pk", flat=True))
    cases = list(Case.objects.filter(row__in=ids).values_list("pk", flat=True))
    CaseAttempt.objects.filter(case__in=cases).exclude(note=b"").erase("note")
    erase_about([f"survey:{pk}" for pk in cases])
    return gone + FrameRow.objects.filter(pk__in=ids).update(
        contact=b"",
        phone_index=None,
        further=b"",
        fingerprint=b"",
        reference=Concat(Value("forgotten "), Cast("number", CharField())),
    )


def _log(account: Account, action: str, wave: Wave) -> None:
    log_access(account=account, action=action, subject=f"survey:{wave.code}")
