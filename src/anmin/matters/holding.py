"""Legal holds: a matter that the inspectorate keeps as it is, with the reason on record."""

from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.evidence.prepared import Prepared
from anmin.kernel.errors import Conflict, Refusal
from anmin.matters import policy
from anmin.matters.actions import lock
from anmin.matters.actor import Actor
from anmin.matters.ledger import Change, append, deadlines_of, running_clocks
from anmin.matters.models import LegalHold, Matter
from anmin.people.actions import log_access
from anmin.people.models import Account
from anmin.people.policy import Capability, can, require

_standing = Prepared(lambda pk: LegalHold.objects.filter(matter_id=pk, lifted_at=None))

HELD, RELEASED = "held", "released"
"""The actions of the entries."""


@atomic
def hold(*, matter_id: int, by: Account, reason: str) -> LegalHold:
    """Keep a matter from being anonymised until ``lift``. Raises ``NotAllowed``, ``Conflict``."""
    matter, reason = _asked(matter_id, by, reason)
    if LegalHold.objects.filter(matter=matter, lifted_at=None).exists():
        raise Conflict(_("This matter is held already."))
    now = timezone.now()
    made = LegalHold.objects.create(matter=matter, reason=reason, set_by=by, set_at=now)
    _note(matter, HELD, by, reason)
    return made


@atomic
def lift(*, matter_id: int, by: Account, reason: str) -> LegalHold:
    """Let a held matter be anonymised when its time is over."""
    matter, reason = _asked(matter_id, by, reason)
    found = LegalHold.objects.select_for_update().filter(matter=matter, lifted_at=None).first()
    if found is None:
        raise Conflict(_("This matter is not held."))
    found.lifted_by, found.lifted_at = by, timezone.now()
    found.save(update_fields=["lifted_by", "lifted_at"])
    _note(matter, RELEASED, by, reason)
    return found


def held(account: Account | None = None) -> list[LegalHold]:
    """The holds that stand, the oldest first: all, or of the matters that somebody may see."""
    rows = LegalHold.objects.filter(lifted_at=None).select_related("matter", "set_by")
    if account is not None:
        require(account, Capability.HOLD_MATTERS)
        rows = rows.filter(matter__in=policy.visible(account, Matter.objects.all()).values("pk"))
    return list(rows.order_by("set_at", "pk"))


def hold_of(account: Account, matter: Matter) -> tuple[bool, LegalHold | None]:
    """Whether this person sets and lifts holds, and the one that the matter has."""
    if not can(account, Capability.HOLD_MATTERS):
        return False, None
    return True, _standing.one(matter.pk)


def _asked(matter_id: int, by: Account, reason: str) -> tuple[Matter, str]:
    require(by, Capability.HOLD_MATTERS)
    matter = lock(matter_id)
    policy.require_known(Actor.of(by), matter)
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="reason", code="missing")
    return matter, reason.strip()[:300]


def _note(matter: Matter, action: str, by: Account, reason: str) -> None:
    running = running_clocks(deadlines_of(matter.pk))
    change = Change(action, matter.state, note=reason)
    append(matter, change, actor=Actor.of(by), at=timezone.now(), running=running)
    log_access(account=by, action="legal_hold", subject=f"matter:{matter.number}")
