"""What whoever reported a matter may do with it by its code: reopen it, take it back.

Whoever reported what became part of another matter lets that one go on, once it has ended; what ends
or changes it while it runs is for its own reporter. What he says is for those who work on it and for
himself: the other reporter does not read it.
"""

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.errors import Refusal
from anmin.matters import actions, policy
from anmin.matters.actor import CITIZEN
from anmin.matters.flow import Move
from anmin.matters.ledger import Change, append, deadlines_of, running_clocks
from anmin.matters.merged import ASKED, goes_on_in
from anmin.matters.models import Matter
from anmin.matters.reckoning import reckoner
from anmin.matters.steps import last_moment, prepare
from anmin.matters.taking import take


def steps_of_citizen(matter: Matter) -> list[Move]:
    """What the citizen may do with it now."""
    whole, now, reckon = goes_on_in(matter) or matter, timezone.now(), reckoner()
    edges = [one for one in whole.type.flow.moves_from(whole.state) if one.by_citizen]
    if whole.pk != matter.pk:
        stage = whole.type.flow.stage
        edges = [one for one in edges if not whole.live and stage(one.to(whole.state)).live]
    return [
        one
        for one in edges
        if (last_moment(whole, one, reckon) or now) >= now
        and not _holds(whole, one)
        and all(guard(whole.facts) is None for guard in one.when)
    ]


def explained(matter: Matter, edge: Move) -> list[str]:
    """What the citizen should know of a step before taking it: until when, and who decides."""
    whole = goes_on_in(matter) or matter
    if edge.explains and not edge.within:
        return [str(edge.explains)]
    if not edge.explains or whole.closed_at is None:
        return []
    last = last_moment(whole, edge, reckoner())
    if last is not None:
        day = formats.date_format(timezone.localtime(last), "DATE_FORMAT")
        return [str(edge.explains).format(last=day)]
    days = settings.RULES.get(edge.within, timezone.localdate()).value
    unknown = _("day %(days)s after you receive it in writing") % {"days": days}
    return [str(edge.explains).format(last=unknown), _("The delivery is not on record yet.")]


def _holds(matter: Matter, edge: Move) -> bool:
    """Whether all that a step would do is so already: a consent that was given."""
    known = matter.details
    stays = not edge.target and edge.unexplained
    return stays and all(known.get(name) == value for name, value in edge.sets.items())


@atomic
def take_step(*, matter_id: int, code: str, reason: str, key: str) -> Matter:
    """Take a step of ``steps_of_citizen``; repeating it changes nothing. Returns what it was taken with."""
    matter = actions.lock(matter_id)
    whole = goes_on_in(matter) or matter
    if whole.pk == matter.pk:
        return actions.move(matter_id=matter_id, code=code, actor=CITIZEN, note=reason, key=key)
    whole = actions.lock(whole.pk)
    if actions.done_before(whole, key):
        return whole
    edge = next((one for one in steps_of_citizen(matter) if one.code == code), None)
    if edge is None:
        raise Refusal(_("This is not possible now."))
    policy.require_move(CITIZEN, whole, edge)
    now = timezone.now()
    change, running = prepare(whole, edge, note=reason, inputs={}, at=now)
    change.told["from"] = matter.number
    take(whole, edge, change, actor=CITIZEN, at=now, key=key, running=running)
    said = {"step": code, "into": whole.number}
    append(
        matter,
        Change(ASKED, matter.state, note=reason, public=True, told=said),
        actor=CITIZEN,
        at=now,
        key=key,
        running=running_clocks(deadlines_of(matter.pk)),
    )
    return whole
