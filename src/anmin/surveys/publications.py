"""Releases of surveys, for everybody: each figure with of how many, its interval, and how it was made."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.kernel.bilingual import english
from anmin.kernel.errors import NotFound
from anmin.people.models import Account
from anmin.people.policy import Capability, can
from anmin.publishing.both import both, percent
from anmin.publishing.monthly import FIGURES
from anmin.publishing.sources import Draft, Offer, Source, register_source
from anmin.surveys.models import Release, Wave


def draft(key: str) -> Draft:
    """The newest release of a wave. Raises ``NotFound``."""
    row = _release(key)

    def made() -> Mapping[str, Any]:
        response = row.method.get("response", {})
        level = percent(row.method.get("level", 0.95))
        return {
            "title": (_("Survey: %s") % row.wave.title)[:120],
            "lead": _(
                "Drawn by lot, weighted to the population; the draw can be checked by anybody."
            ),
            "facts": list(_facts(row))[:40],
            "body": [
                _("%(drawn)s were drawn, %(usable)s answered. Intervals hold at %(level)s.")
                % {
                    "drawn": response.get("drawn", "?"),
                    "usable": response.get("usable", "?"),
                    "level": level,
                },
                _("Cells of fewer than %s replies are not shown.")
                % row.method.get("shown_from", 10),
            ],
        }

    return Draft(content=both(made), stamp=f"r{row.revision}")


def _facts(row: Release) -> Iterator[dict[str, Any]]:
    day = formats.date_format(timezone.localtime(row.at), "DATE_FORMAT")
    for measure in row.figures.get("measures", []):
        whole, share = measure["whole"], measure["is_share"]
        fact = {
            "label": (measure["en"] if english() else measure["zh"])[:120],
            "cut_off": _("revision %(n)s of %(day)s") % {"n": row.revision, "day": day},
        }
        if whole.get("suppressed") or whole.get("value") is None:
            yield {**fact, "value": _("not shown: too few replies")}
            continue
        fact |= {"value": _said(whole["value"], share), "n": whole["n"]}
        if whole.get("low") is not None and whole.get("high") is not None:
            fact["interval"] = f"{_said(whole['low'], share)}–{_said(whole['high'], share)}"
        yield fact


def _said(value: float, share: bool) -> str:
    return percent(value) if share else formats.number_format(value, decimal_pos=2)


def still_true(key: str, stamp: str) -> str:
    """Whether there is no newer revision."""
    try:
        return "" if f"r{_release(key).revision}" == stamp else "no_longer_true"
    except NotFound:
        return "no_longer_true"


def may_draft(account: Account, _key: str) -> bool:
    """Whoever sees surveys."""
    return can(account, Capability.VIEW_SURVEYS)


def offers(account: Account) -> Sequence[Offer]:
    """The waves that were released."""
    if not may_draft(account, ""):
        return []
    rows = Wave.objects.filter(releases__isnull=False).distinct()
    return [Offer(one.code, one.title) for one in rows]


def _release(key: str) -> Release:
    rows = Release.objects.filter(wave__code=key).select_related("wave").order_by("-revision")
    found = rows.first()
    if found is None:
        raise NotFound(_("Nothing of this survey was released."))
    return found


register_source(
    Source(
        label="release",
        title=gettext_lazy("Survey results"),
        series=FIGURES.code,
        may_draft=may_draft,
        draft=draft,
        still_true=still_true,
        offers=offers,
    )
)
