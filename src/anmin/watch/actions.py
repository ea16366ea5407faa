"""Putting a place forward for listing, and deciding: each step in one transaction, none undone.

The night suggests, an analyst proposes, somebody else decides. Nobody edits the evidence.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotFound, Refusal
from anmin.kernel.masking import mask_free_text
from anmin.people.models import Account
from anmin.people.policy import Capability, require
from anmin.places.models import Area
from anmin.watch.evidence import digest_of, gathered
from anmin.watch.models import Candidate, CandidateStep, Ground, Scan, State
from anmin.watch.periods import rule
from anmin.watch.policy import require_decider

REASON = 1000
"""The most characters of a reason."""


@dataclass(frozen=True, slots=True)
class Case:
    """Which place, on which ground; ``about`` tells two grounds of the same sort apart.

    For a hot spot, ``cluster`` is the position of the cluster in ``scan``.
    """

    area: Area
    ground: Ground
    about: str
    scan: Scan | None = None
    cluster: int | None = None


def suggest(case: Case) -> Candidate | None:
    """A suggestion of the night, or nothing where there is one already, or was one lately."""
    since = timezone.now() - timedelta(days=rule("watch.suggest_again").number)
    lately = Candidate.objects.filter(area=case.area, ground=case.ground, made_at__gt=since)
    waiting = Candidate.objects.filter(area=case.area, state__in=(State.SUGGESTED, State.PROPOSED))
    if lately.exists() or waiting.exists():
        return None
    return _make(case, State.SUGGESTED, None, "")


@atomic
def propose(*, account: Account, case: Case, reason: str) -> Candidate:
    """Propose a place that the figures point to, with its evidence as it is known now.

    Raises ``NotAllowed``, ``Refusal`` for a reason that is missing, too long or holds a number of
    somebody, ``Conflict`` where the same place waits for a decision already.
    """
    require(account, Capability.PROPOSE_LISTING)
    reason = _clean(reason)
    Area.objects.select_for_update().get(pk=case.area.pk)  # one proposal of a place at a time
    if Candidate.objects.filter(
        area=case.area, state__in=(State.SUGGESTED, State.PROPOSED)
    ).exists():
        raise Conflict(_("This place is a candidate already; see there."))
    return _make(case, State.PROPOSED, account, reason)


@atomic
def _make(case: Case, state: State, account: Account | None, reason: str) -> Candidate:
    evidence = gathered(case.area, scan=case.scan, cluster=case.cluster)
    now = timezone.now()
    candidate, made = Candidate.objects.get_or_create(
        area=case.area,
        ground=case.ground,
        about=case.about,
        defaults={
            "state": state,
            "made_at": now,
            "evidence": evidence,
            "digest": digest_of(evidence),
            "proposed_by": account,
        },
    )
    if not made:
        raise Conflict(_("This place has been put forward on this ground before; see there."))
    CandidateStep.objects.create(
        candidate=candidate, seq=1, at=now, actor=account, went_to=state, reason=reason
    )
    return candidate


@atomic
def confirm(*, account: Account, candidate_id: int, version: int, reason: str) -> Candidate:
    """Make a suggestion of the night one's own proposal. Raises as `propose`."""
    require(account, Capability.PROPOSE_LISTING)
    candidate = _taken(candidate_id, version, State.SUGGESTED)
    return _step(candidate, State.PROPOSED, account, _clean(reason))


@atomic
def set_aside(*, account: Account, candidate_id: int, version: int, reason: str) -> Candidate:
    """Dismiss a suggestion of the night without proposing it. Raises as `propose`."""
    require(account, Capability.PROPOSE_LISTING)
    candidate = _taken(candidate_id, version, State.SUGGESTED)
    return _step(candidate, State.DISMISSED, account, _clean(reason))


@atomic
def decide(
    *, account: Account, candidate_id: int, version: int, keep: bool, reason: str
) -> Candidate:
    """Keep a proposal for listing, or dismiss it, with the reason.

    Raises ``NotAllowed`` also for who proposed it, ``Conflict`` when somebody was faster.
    """
    require(account, Capability.DECIDE_LISTING)
    candidate = _taken(candidate_id, version, State.PROPOSED)
    require_decider(account, candidate)
    return _step(candidate, State.KEPT if keep else State.DISMISSED, account, _clean(reason))


def _taken(candidate_id: int, version: int, state: State) -> Candidate:
    found = Candidate.objects.select_for_update().filter(pk=candidate_id).first()
    if found is None:
        raise NotFound(_("There is no such candidate."))
    if found.version != version or found.state != state:
        raise Conflict(_("Somebody was faster: this candidate has moved on. Look at it again."))
    return found


def _step(candidate: Candidate, state: State, account: Account, reason: str) -> Candidate:
    came_from = candidate.state
    candidate.state = state
    candidate.version += 1
    if state == State.PROPOSED:
        candidate.proposed_by = account
    candidate.save(update_fields=["state", "version", "proposed_by"])
    CandidateStep.objects.create(
        candidate=candidate,
        seq=candidate.version,
        at=timezone.now(),
        actor=account,
        came_from=came_from,
        went_to=state,
        reason=reason,
    )
    return candidate


def _clean(reason: str) -> str:
    """The reason without blanks around it; places only, so no number of a person."""
    reason = reason.strip()
    if not reason:
        raise Refusal(_("Give the reason."), field="reason")
    if len(reason) > REASON:
        raise Refusal(
            _("Give the reason in at most %(most)s characters.") % {"most": REASON}, field="reason"
        )
    if mask_free_text(reason) != reason:
        raise Refusal(
            _("Leave out phone and identity numbers: a listing names places only."), field="reason"
        )
    return reason
