"""Reading the watch: scans, months of the index, candidates."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from anmin.kernel.errors import NotFound
from anmin.people.models import Account
from anmin.people.policy import Capability, require
from anmin.watch.evidence import digest_of, latest_months
from anmin.watch.models import Candidate, CandidateStep, IndexMonth, Scan, State

SHOWN = 100
"""So many decided candidates are listed, the latest ones."""


def scan_nights(viewer: Account, limit: int = 31) -> list[date]:
    """The latest nights with a scan, newest first."""
    require(viewer, Capability.VIEW_WATCH)
    nights = Scan.objects.order_by("-night").values_list("night", flat=True).distinct()
    return list(nights[:limit])


def scan_of(viewer: Account, series: str, night: date | None = None) -> Scan | None:
    """The scan of a series in a night, the latest unless told; None where there is none."""
    require(viewer, Capability.VIEW_WATCH)
    rows = Scan.objects.filter(series=series)
    return (rows.filter(night=night) if night else rows.order_by("-night")).first()


def scan(viewer: Account, scan_id: int) -> Scan:
    """One scan. Raises ``NotFound``."""
    require(viewer, Capability.VIEW_WATCH)
    found: Scan | None = Scan.objects.filter(pk=scan_id).first()
    if found is None:
        raise NotFound(_("There is no such scan."))
    return found


def claimed_last_night(viewer: Account) -> list[Scan]:
    """The scans of the latest night."""
    nights = scan_nights(viewer, 1)
    return list(Scan.objects.filter(night=nights[0])) if nights else []


def index_months(viewer: Account, limit: int = 12) -> list[IndexMonth]:
    """The latest revisions of the latest months of the index, newest first."""
    require(viewer, Capability.VIEW_WATCH)
    return latest_months(limit)


def index_month(viewer: Account, month: str, number: int | None = None) -> IndexMonth:
    """One month of the index, in its latest revision unless told. Raises ``NotFound``."""
    require(viewer, Capability.VIEW_WATCH)
    rows = IndexMonth.objects.filter(month=month).order_by("-number")
    found: IndexMonth | None = (rows.filter(number=number) if number else rows).first()
    if found is None:
        raise NotFound(_("There is no index of this month."))
    return found


def revisions_of(viewer: Account, month: str) -> list[IndexMonth]:
    """Every revision of a month, newest first, without their scores."""
    require(viewer, Capability.VIEW_WATCH)
    return list(IndexMonth.objects.filter(month=month).order_by("-number").defer("scores"))


@dataclass(frozen=True, slots=True)
class Story:
    """A candidate with its steps, and whether its evidence is as it was frozen."""

    candidate: Candidate
    steps: list[CandidateStep]
    intact: bool


def candidates(viewer: Account, *, waiting: bool, limit: int = SHOWN) -> list[Candidate]:
    """The candidates that wait for somebody, or those decided; newest first."""
    require(viewer, Capability.VIEW_WATCH)
    states = (State.SUGGESTED, State.PROPOSED) if waiting else (State.KEPT, State.DISMISSED)
    rows = Candidate.objects.filter(state__in=states).select_related("area", "proposed_by")
    return list(rows.defer("evidence")[:limit])


def candidate(viewer: Account, candidate_id: int) -> Story:
    """One candidate. Raises ``NotFound``."""
    require(viewer, Capability.VIEW_WATCH)
    found = Candidate.objects.select_related("area").filter(pk=candidate_id).first()
    if found is None:
        raise NotFound(_("There is no such candidate."))
    steps = list(found.steps.select_related("actor"))
    return Story(found, steps, digest_of(found.evidence) == found.digest)


def waiting_places(viewer: Account) -> dict[str, int]:
    """The places with a candidate that waits for somebody: its key by the code of the place."""
    require(viewer, Capability.VIEW_WATCH)
    rows = Candidate.objects.filter(state__in=(State.SUGGESTED, State.PROPOSED))
    return dict(rows.values_list("area__code", "pk"))


def waiting_for(viewer: Account, area_code: str) -> Candidate | None:
    """The candidate of a place that waits for somebody, if there is one."""
    require(viewer, Capability.VIEW_WATCH)
    rows = Candidate.objects.filter(
        area__code=area_code, state__in=(State.SUGGESTED, State.PROPOSED)
    )
    return rows.defer("evidence").first()
