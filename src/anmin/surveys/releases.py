"""Giving figures out: frozen as they are, chained, only ever followed by a revision.

Nobody types a figure, and nobody changes one: a release is computed from the records at the
moment it is made. A later one says why it was needed and stands beside the first.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel import chain
from anmin.kernel.errors import Refusal
from anmin.people.actions import log_access
from anmin.people.models import Account
from anmin.people.policy import Capability, require
from anmin.surveys import results
from anmin.surveys.models import PopulationMargin, Release, Wave
from anmin.surveys.queries import response_rate
from anmin.surveys.waves import Status, lock_wave


@atomic
def release(*, wave_id: int, by: Account, reason: str = "") -> Release:
    """Compute the figures of an ended wave and freeze them as its next revision.

    Raises ``NotAllowed``, ``Conflict`` before the end of fieldwork, or ``Refusal``: too few
    returns, margins that cannot be met, no reason for a revision, nothing new in it.
    """
    require(by, Capability.PLAN_SURVEYS)
    wave = lock_wave(wave_id, Status.CLOSED)
    last = wave.releases.order_by("-revision").first()
    if last is not None and not reason.strip():
        raise Refusal(_("Say why the figures are revised."), field="reason")
    figures, method = results.computed(wave)
    rate = response_rate(wave.cases.all())
    method["response"] = {
        "drawn": rate.drawn,
        "eligible": rate.eligible,
        "usable": rate.usable,
        "by_code": rate.by_code,
    }
    if last is not None and (last.figures, last.method) == (figures, method):
        raise Refusal(_("These are the figures of revision %(n)s.") % {"n": last.revision})
    row = Release(
        wave=wave,
        revision=last.revision + 1 if last else 1,
        at=timezone.now(),
        by=by,
        reason=reason.strip()[:300],
        figures=figures,
        method=method,
        previous=bytes(last.hash) if last else chain.GENESIS,
    )
    row.hash = release_hash(row)
    row.save()
    log_access(account=by, action="release_survey", subject=f"survey:{wave.code}/{row.revision}")
    return row


def release_hash(row: Release) -> bytes:
    """What chains a release to the one before."""
    record = chain.canonical(
        [row.wave_id, row.revision, row.at, row.by_id, row.reason, row.figures, row.method]
    )
    return chain.link(settings.KEYRING.chain_key, bytes(row.previous), record)


def broken_releases() -> list[Release]:
    """Releases that do not hold: changed, or without the one before."""
    broken, heads = [], dict[int, bytes]()
    for row in Release.objects.select_related("wave").order_by("wave_id", "revision").iterator():
        before = heads.get(row.wave_id, chain.GENESIS)
        if bytes(row.previous) != before or bytes(row.hash) != release_hash(row):
            broken.append(row)
        heads[row.wave_id] = bytes(row.hash)
    return broken


@atomic
def set_margins(
    *, wave_id: int, rows: Sequence[tuple[int, Mapping[str, str]]], source: str, by: Account
) -> int:
    """Replace the population totals from outside by rows of variable, level, total.

    ``town`` is the variable of towns. Returns how many. Raises ``NotAllowed``, ``Refusal`` with
    the line; then nothing has changed.
    """
    require(by, Capability.PLAN_SURVEYS)
    wave = lock_wave(wave_id)
    if not source.strip():
        raise Refusal(_("Say where the totals come from."), field="source")
    made: dict[tuple[str, str], PopulationMargin] = {}
    for line, row in rows:
        variable, level = row.get("variable", "").strip(), row.get("level", "").strip()
        try:
            total = float(row.get("total", ""))
        except ValueError:
            total = 0.0
        if not (variable and level and 0 < total < 1e12):
            raise Refusal(
                _("Line %(line)s: give variable, level and a total above 0.") % {"line": line},
                field="file",
                line=line,
            )
        if (variable, level) in made:
            raise Refusal(
                _("Line %(line)s: this level stands in the table twice.") % {"line": line},
                field="file",
                line=line,
            )
        made[variable, level] = PopulationMargin(
            wave=wave,
            variable=variable[:24],
            level=level[:64],
            total=total,
            source=source.strip()[:200],
        )
    if not made:
        raise Refusal(_("The file has no rows."), field="file")
    wave.margins.all().delete()
    PopulationMargin.objects.bulk_create(made.values())
    log_access(account=by, action="set_margins", subject=f"survey:{wave.code}")
    return len(made)


def latest_release(viewer: Account, wave: Wave) -> Release | None:
    """The release in force. Raises ``NotAllowed``."""
    require(viewer, Capability.VIEW_FIGURES)
    found: Release | None = wave.releases.select_related("by").order_by("-revision").first()
    return found


def release_of(viewer: Account, wave: Wave, revision: int) -> Release:
    """One revision. Raises ``NotAllowed`` or ``Refusal``."""
    require(viewer, Capability.VIEW_FIGURES)
    found: Release | None = wave.releases.filter(revision=revision).first()
    if found is None:
        raise Refusal(_("There is no such revision."))
    return found


def preview(viewer: Account, wave: Wave) -> tuple[dict[str, Any], dict[str, Any]]:
    """The figures as a release made now would hold them; for analysts, once fieldwork has ended.

    Nobody looks while people are still being asked: that is how surveys are stopped early.
    """
    require(viewer, Capability.PLAN_SURVEYS)
    if wave.status != Status.CLOSED:
        raise Refusal(_("Figures are made when fieldwork has ended."))
    return results.computed(wave)
