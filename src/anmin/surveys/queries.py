"""What may be read about surveys, each by whom policy lets; no answer together with a name."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.callbacks.dispositions import Outcome
from anmin.draws.recomputing import Published
from anmin.kernel.errors import NotFound
from anmin.kernel.masking import mask_address, mask_free_text, mask_name, mask_phone
from anmin.people.models import Account
from anmin.people.policy import Capability, capability_table, require
from anmin.places.queries import area_names
from anmin.stats.intervals import Interval, wilson
from anmin.surveys.dispositions import (
    DispositionClass,
    dispositions,
    interviewer_outcomes,
    outcomes,
)
from anmin.surveys.fieldwork import held_case, own_excluded, queue
from anmin.surveys.models import Case, Via, Wave
from anmin.surveys.questionnaires import Questionnaire
from anmin.surveys.recording import read_note, sheet_of
from anmin.surveys.sealing import open_contact
from anmin.surveys.waves import drawn_of, members, strata

__all__ = ["queue", "strata"]


def waves(viewer: Account) -> QuerySet[Wave]:
    """Every wave, the newest first; without its sealed parts. Raises ``NotAllowed``."""
    require(viewer, Capability.VIEW_SURVEYS)
    return Wave.objects.defer("seed_sealed", "text")


def wave_of(viewer: Account, code: str) -> Wave:
    """One wave. Raises ``NotAllowed`` or ``NotFound``."""
    require(viewer, Capability.VIEW_SURVEYS)
    found = Wave.objects.select_related("opened_by", "number").filter(code=code).first()
    if found is None:
        raise NotFound(_("There is no such wave."))
    return found


def published() -> Sequence[Wave]:
    """Every wave with its hashes and, once its fieldwork ended, its seed: for anybody to check."""
    return list(Wave.objects.defer("seed_sealed", "text").select_related("number"))


def public_frame(code: str) -> list[tuple[int, str, str]]:
    """The frozen frame of a wave as it was drawn from: number, stratum, cluster; no persons.

    Raises ``NotFound`` before it is frozen.
    """
    wave = Wave.objects.filter(code=code).exclude(frozen_at=None).first()
    if wave is None:
        raise NotFound(_("There is no such wave."))
    return [(one.number, one.stratum, one.cluster) for one in members(wave)]


def public_draw(code: str) -> Published:
    """A wave's draw as it is told to everybody, from its frozen frame on. Raises ``NotFound`` before.

    Who was drawn, and the seed, are told when the asking has ended.
    """
    wave = Wave.objects.select_related("number").filter(code=code).exclude(frozen_at=None).first()
    if wave is None:
        raise NotFound(_("There is no such wave."))
    return Published(
        name=f"survey/{wave.code}",
        population=wave.title_zh,
        secret_hash=wave.seed_hash,
        secret=wave.seed,
        number=wave.number,
        frame=[(str(one.number), one.stratum, one.cluster) for one in members(wave)],
        frame_digest=wave.frame_digest,
        share=None,
        sizes=wave.plan.get("sizes", {}),
        take=wave.plan.get("take"),
        drawn=[str(number) for number in drawn_of(wave, wave.seed)] if wave.seed else [],
        drawn_digest=wave.drawn_digest,
        times={
            name: at.isoformat()
            for name in ("opened_at", "frozen_at", "planned_at", "drawn_at")
            if (at := getattr(wave, name)) is not None
        },
    )


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """How the sample ended. ``usable`` of ``eligible`` is AAPOR's response rate 2.

    ``eligible`` holds everybody drawn who is not known to be outside the population, so that of
    unknown eligibility all count as eligible. Rates are nothing while nobody is drawn.
    """

    drawn: int
    open: int
    by_class: dict[str, int]
    by_code: dict[str, int]

    @property
    def usable(self) -> int:
        """Complete and partial returns."""
        return self.by_class.get(DispositionClass.COMPLETE, 0) + self.by_class.get(
            DispositionClass.PARTIAL, 0
        )

    @property
    def eligible(self) -> int:
        """The denominator."""
        return self.drawn - self.by_class.get(DispositionClass.NOT_ELIGIBLE, 0)

    @property
    def rate(self) -> float | None:
        """The response rate, those still open counted as silent."""
        return self.usable / self.eligible if self.eligible else None

    @property
    def interval(self) -> Interval[float] | None:
        """Wilson's interval of the rate."""
        return wilson(self.usable, self.eligible) if self.eligible else None


def response_rate(cases: QuerySet[Case]) -> ResponseRate:
    """How these cases ended."""
    by_code = Counter(dict(cases.order_by().values_list("disposition").annotate(n=Count("pk"))))
    still_open = by_code.pop("", 0)
    by_class: Counter[str] = Counter()
    for code, number in by_code.items():
        by_class[dispositions()[code].kind] += number
    drawn = still_open + sum(by_code.values())
    return ResponseRate(drawn, still_open, dict(by_class), dict(sorted(by_code.items())))


@dataclass(frozen=True, slots=True)
class StratumLine:
    """How far one stratum has come."""

    code: str
    label: str
    frame: int
    rate: ResponseRate


def progress(viewer: Account, wave: Wave) -> list[StratumLine]:
    """Every stratum with its frame and how its sample ended. Raises ``NotAllowed``."""
    require(viewer, Capability.VIEW_SURVEYS)
    names, sizes = area_names(), strata(wave)
    return [
        StratumLine(
            code,
            names.get(code, code),
            number,
            response_rate(wave.cases.filter(row__stratum=code)),
        )
        for code, number in sorted(sizes.items())
    ]


def interviewers() -> list[Account]:
    """Everybody who may be given cases."""
    roles = [
        role.value for role, may in capability_table().items() if Capability.WORK_SURVEYS in may
    ]
    return list(Account.objects.filter(role__in=roles, is_active=True).order_by("username"))


def interviewer_lines(viewer: Account, wave: Wave) -> list[tuple[str, int, int]]:
    """Name, cases open and cases answered of every interviewer somebody was assigned to."""
    require(viewer, Capability.PLAN_SURVEYS)
    rows = wave.cases.exclude(interviewer=None).select_related("interviewer")
    found: dict[str, list[int]] = {}
    for case in rows:
        line = found.setdefault(str(case.interviewer), [0, 0])
        line[0] += case.closed_at is None
        line[1] += case.status == Case.Status.DONE
    return [(name, *counts) for name, counts in sorted(found.items())]  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class Earlier:
    """One attempt before."""

    at: datetime
    via: str
    outcome: str
    note: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """What an interviewer sees: the questions, and of the person only what cannot identify them."""

    case_id: int
    wave: Wave
    number: int
    town: str
    name: str
    phone: str
    address: str
    sheet: Questionnaire
    lease_until: datetime | None
    earlier: list[Earlier] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)


def case_view(*, case_id: int, operator: Account) -> CaseView:
    """The case that this interviewer holds. Raises ``NotAllowed``, ``NotFound``, ``Conflict``."""
    case = held_case(case_id, operator)
    facts = open_contact(case.row)
    names = area_names()
    return CaseView(
        case_id=case.pk,
        wave=case.wave,
        number=case.row.number or 0,
        town=names.get(case.row.stratum, case.row.stratum),
        name=mask_name(facts.name),
        phone=mask_phone(facts.phone),
        address=mask_address(facts.address),
        sheet=sheet_of(case.wave),
        lease_until=case.lease_until,
        earlier=[
            Earlier(
                one.at,
                str(Via(one.via).label),
                outcomes()[one.outcome].label,
                mask_free_text(read_note(one)),
            )
            for one in case.attempt_rows.order_by("seq")
        ],
        outcomes=interviewer_outcomes(),
    )


def waiting(operator: Account, wave: Wave) -> dict[str, int]:
    """How many cases of a wave this interviewer may ask now, and how many forms await an entry."""
    require(operator, Capability.WORK_SURVEYS)
    return {
        "now": queue(operator, timezone.now(), wave.pk).count(),
        "entered": own_excluded(operator)
        .filter(wave=wave, status=Case.Status.ENTERED)
        .exclude(returns__operator=operator)
        .count(),
    }
