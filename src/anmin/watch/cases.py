"""What an address asks to put forward, checked: a place, its ground, and what that is about."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from anmin.kernel.errors import NotFound, Refusal
from anmin.kernel.incoming import key_of
from anmin.people.models import Account
from anmin.places.queries import area_by_code
from anmin.watch import queries
from anmin.watch.actions import Case
from anmin.watch.evidence import has_risen, was_red
from anmin.watch.models import Ground, State
from anmin.watch.periods import month_of

GROUNDS: Mapping[str, Any] = {ground.value: ground.label for ground in Ground}
STATES: Mapping[str, Any] = {state.value: state.label for state in State}
ABOUT = 120


def case_of(
    *, viewer: Account, ground: str, area: str, about: str, scan_id: str, cluster: str
) -> tuple[Case, list[str]]:
    """The case that an address names, and the codes of the places that may be chosen for it.

    Raises ``NotFound`` for a place, scan or cluster that is not there, ``Refusal`` for a ground
    that is none.
    """
    if ground not in GROUNDS:
        raise Refusal(_("There is no such ground."), field="ground")
    if ground != Ground.HOT_SPOT:
        place, what = area_by_code(area), _about(ground, about)
        if ground == Ground.RED_MONTHS and not was_red(place, what):
            raise Refusal(_("That place was not in the red in that month."), field="about")
        if ground == Ground.RISE and not has_risen(place, what):
            raise Refusal(_("Chance may explain this rise: it is no ground."), field="about")
        return Case(place, Ground(ground), what), [place.code]
    key = key_of(scan_id)
    if key is None:
        raise NotFound(_("There is no such scan."))
    scan, at = queries.scan(viewer, key), 0 if cluster == "0" else key_of(cluster)
    if at is None or at >= len(scan.clusters):
        raise NotFound(_("There is no such hot spot."))
    found = scan.clusters[at]
    if found["p"] > scan.level:
        raise Refusal(_("Chance may explain this hot spot: it is no ground."), field="cluster")
    place = area_by_code(area if area in found["members"] else found["centre"])
    told = f"{scan.series} {found['first']}"
    return Case(place, Ground.HOT_SPOT, told, scan, at), found["members"]


def _about(ground: str, about: str) -> str:
    if ground == Ground.RED_MONTHS:
        try:
            month_of(about)
        except ValueError:
            raise Refusal(_("Name the month as 2026-10."), field="about") from None
    if not about or len(about) > ABOUT:
        raise Refusal(_("Say what the ground is about."), field="about")
    return about
