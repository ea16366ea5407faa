"""What a survey found: one measure by town or group, two waves, outside results, the method."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.desk.figures.pages import FigurePage, Sheet, columns
from anmin.desk.shell.page import DeskRequest, Pages, choices, done, show
from anmin.desk.surveys import method as survey_method
from anmin.desk.surveys import words
from anmin.desk.surveys.forms import ReleaseForm
from anmin.desk.surveys.tables import uploaded_table
from anmin.faces.receiving import upload_limit
from anmin.kernel.errors import NotFound, Refusal
from anmin.kernel.incoming import key_of
from anmin.people.policy import Capability, can
from anmin.surveys import changes, queries, releases, results
from anmin.surveys.outside import outside_results

if TYPE_CHECKING:
    from anmin.people.models import Account
    from anmin.surveys.models import Release, Wave

COLUMNS = (
    "wave revision measure by level n value low high se deff df suppressed difference p q "
    "rank_low rank_high model model_low model_high"
)


@dataclass(frozen=True, slots=True)
class Given:
    """The figures that a page shows: those of a release, or what a release made now would hold."""

    figures: dict[str, Any]
    method: dict[str, Any]
    release: Release | None
    problem: str = ""


def _given(account: Account, wave: Wave, revision: str) -> Given:
    if number := key_of(revision):
        one = releases.release_of(account, wave, number)
        return Given(one.figures, one.method, one)
    last = releases.latest_release(account, wave)
    plans = can(account, Capability.PLAN_SURVEYS)
    if last is not None and not (plans and revision == "now"):
        return Given(last.figures, last.method, last)
    if not plans:
        return Given({"measures": []}, {}, None)
    try:
        figures, method = releases.preview(account, wave)
    except Refusal as refusal:
        return Given({"measures": []}, {}, None, str(refusal))
    return Given(figures, method, None)


def _chosen(request: DeskRequest, measures: list[dict[str, Any]]) -> tuple[dict[str, Any], str]:
    """The measure that is shown, and what it is broken down by."""
    chosen = words.chosen(measures, request.GET.get("measure", ""))
    by = request.GET.get("by", "")
    crossed = (words.CROSS + name for name in words.in_order(chosen["cross"]))
    offered = [*words.in_order(chosen["by"]), *crossed]
    return chosen, by if by in offered else next(iter(offered), "")


def _shown(
    request: DeskRequest, wave: Wave, given: Given, chosen: dict[str, Any], by: str
) -> dict[str, Any]:
    account, code = request.user, chosen["code"]
    revision = request.GET.get("revision", "")
    other = _other(account, wave, request.GET.get("against", ""))
    cross = results.cross_of(given.figures, code, by.removeprefix(words.CROSS))
    crossed = cross if by.startswith(words.CROSS) else []
    cells = results.cells_of(given.figures, code, by)
    ranked = by == "town" and chosen["is_share"]
    modelled = any(cell.model is not None for cell in cells)
    how = survey_method.how_made(given.method)
    csv_url = f"{reverse('desk:survey_results_csv', args=[wave.code])}?revision={revision}"
    context: dict[str, Any] = {
        **_switches(request, wave, given, chosen, by),
        "measure": words.label(chosen),
        "chosen": chosen,
        "by": by,
        "matrix": words.matrix(crossed, chosen) if crossed else None,
        "tiles": words.tiles(chosen, given.method, outside_results(account, code)),
        "lines": words.lines(cells, chosen, given.method, by),
        "tested": any(cell.q is not None for cell in cells),
        "ranked": ranked,
        "modelled": modelled,
        "spans": 8 + ranked + modelled,
        "level": round(given.method["level"] * 100),
        "how": how,
        "csv_url": csv_url,
        "against": [one for one in queries.waves(account) if one.pk != wave.pk and one.closed_at],
        "other": other[0] if other else None,
    }
    series = [(wave.title, cells)]
    if other is not None:
        context["changes"] = _changes(given, other[1], chosen, by)
        series.append((other[0].title, results.cells_of(other[1].figures, code, by)))
    if cells or crossed:
        context["plot"] = words.plot(
            context["measure"],
            words.by_level(crossed) if crossed else series,
            chosen,
            "town" if crossed else by,
            level=given.method["level"],
            how=how,
            csv_url=csv_url,
        )
    return context


def _switches(
    request: DeskRequest, wave: Wave, given: Given, chosen: dict[str, Any], by: str
) -> dict[str, Any]:
    """The other measures, and what this one can be broken down by."""
    here = reverse("desk:survey_results", args=[wave.code])
    revision = request.GET.get("revision", "")
    kept = f"&revision={revision}" if revision else ""
    measures = {one["code"]: words.label(one) for one in given.figures["measures"]}
    dimensions = {one: words.dimension(one) for one in words.in_order(chosen["by"])}
    crossings = {words.CROSS + one: words.crossing(one) for one in words.in_order(chosen["cross"])}
    return {
        "views": choices(
            measures, chosen["code"], lambda one: f"{here}?measure={one}&by={by}{kept}"
        ),
        "dimensions": choices(
            dimensions | crossings,
            by,
            lambda one: f"{here}?measure={chosen['code']}&by={one}{kept}",
        ),
    }


def _changes(given: Given, other: Release, chosen: dict[str, Any], by: str) -> list[Any]:
    """What changed since another wave, as a whole and by part."""
    level, both = given.method["level"], (given.figures, other.figures)
    found = [
        *changes.changes(*both, chosen["code"], "", level),
        *changes.changes(*both, chosen["code"], by, level),
    ]
    return words.changes(found, chosen, by, level)


def _other(account: Account, wave: Wave, code: str) -> tuple[Wave, Release] | None:
    if not code or code == wave.code:
        return None
    other = queries.wave_of(account, code)
    found = releases.latest_release(account, other)
    return (other, found) if found else None


def _rows(code: str, revision: int | str, figures: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for measure in figures["measures"]:
        about = {"wave": code, "revision": revision, "measure": measure["code"]}
        parts = [
            ("", [measure["whole"]]),
            *((name, measure["by"][name]) for name in words.in_order(measure["by"])),
        ]
        for by, cells in parts:
            yield from ({**cell, **about, "by": by} for cell in cells)
        for name in words.in_order(measure["cross"]):
            for one in measure["cross"][name]:
                level = f"{one['town']}*{one['cell']['level']}"
                yield {**one["cell"], **about, "by": words.CROSS + name, "level": level}


class ResultsPage(FigurePage[tuple[Any, Given], Given]):
    """One measure of a wave: as a whole, by town or group, beside another wave and outside results."""

    address = "surveys/waves/<slug:code>/results"
    name = "survey_results"
    template = "surveys/results.html"
    capabilities = (Capability.VIEW_SURVEYS, Capability.VIEW_FIGURES)

    def ask(self, request: DeskRequest) -> tuple[Wave, Given]:
        assert request.resolver_match is not None
        wave = queries.wave_of(request.user, request.resolver_match.kwargs["code"])
        return wave, _given(request.user, wave, request.GET.get("revision", ""))

    def around(self, request: DeskRequest, asked: tuple[Wave, Given]) -> dict[str, Any]:
        wave, given = asked
        return {
            "wave": wave,
            "given": given,
            "plans": can(request.user, Capability.PLAN_SURVEYS),
            "revisions": list(wave.releases.order_by("revision")),
            "form": ReleaseForm(),
            "margins": list(wave.margins.order_by("variable", "level")),
        }

    def compute(self, request: DeskRequest, asked: tuple[Wave, Given]) -> Given:
        return asked[1]

    def shown(
        self, request: DeskRequest, asked: tuple[Wave, Given], found: Given
    ) -> dict[str, Any]:
        measures = found.figures["measures"]
        return _shown(request, asked[0], found, *_chosen(request, measures)) if measures else {}

    def sheet(self, request: DeskRequest, asked: tuple[Wave, Given], found: Given) -> Sheet:
        code, revision = asked[0].code, found.release.revision if found.release else "preview"
        if not found.figures["measures"]:
            raise NotFound(_("Nothing has been released yet."))
        return Sheet(f"{code}-r{revision}", _rows(code, revision, found.figures), columns(COLUMNS))


RESULTS = ResultsPage()


pages = Pages(Capability.VIEW_SURVEYS, Capability.VIEW_FIGURES)
planning = pages.of(Capability.PLAN_SURVEYS)


@pages.at("surveys/waves/<slug:code>/method/", "survey_method")
def method(request: DeskRequest, code: str) -> HttpResponse:
    """How a release was made, in words and numbers: the page that goes with every release."""
    wave = queries.wave_of(request.user, code)
    given = _given(request.user, wave, request.GET.get("revision", ""))
    context = {
        "wave": wave,
        "given": given,
        "sections": survey_method.method_sections(wave, given.method) if given.method else [],
        "revisions": list(wave.releases.select_related("by").order_by("revision")),
    }
    return show(request, "surveys/method.html", context)


@planning.post("surveys/waves/<slug:code>/release/", "survey_release")
def release(request: DeskRequest, code: str) -> HttpResponse:
    """Freeze the figures as they are now."""
    wave = queries.wave_of(request.user, code)
    form = ReleaseForm(request.POST)
    if form.does(
        lambda given: releases.release(wave_id=wave.pk, by=request.user, reason=given["reason"])
    ):
        return done(
            request,
            _("Revision %(n)s is released and frozen.") % {"n": form.made.revision},
            "desk:survey_results",
            code,
        )
    return RESULTS.answer(request, status=form.status, form=form)


@planning.post("surveys/waves/<slug:code>/margins/", "survey_margins", receives=upload_limit)
def margins(request: DeskRequest, code: str) -> HttpResponse:
    """Population totals from outside, from a file of variable, level, total."""
    wave = queries.wave_of(request.user, code)
    try:
        with uploaded_table(request) as table:
            names = [cell.casefold() for cell in table.header]
            rows = [(line, dict(zip(names, cells, strict=False))) for line, cells in table.rows]
            table.require_sound()
        n = releases.set_margins(
            wave_id=wave.pk, rows=rows, source=request.POST.get("source", ""), by=request.user
        )
    except Refusal as refusal:
        return RESULTS.answer(request, status=422, margins_problem=str(refusal))
    return done(
        request,
        _("%(n)s population totals are kept.") % {"n": n},
        f"{reverse('desk:survey_results', args=[code])}?revision=now",
    )


urlpatterns = [*RESULTS.urlpatterns, *pages.addresses]
