"""A plain survey file of anybody's: choose its columns, get the weighted estimates."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django import forms
from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.shell.csv_files import csv_file
from anmin.desk.shell.page import DeskRequest, Pages, go, show
from anmin.desk.surveys.tables import columns_of, uploaded_table
from anmin.desk.surveys.words import CANNOT_BE_TOLD
from anmin.exchange.uploads import folder
from anmin.faces.receiving import upload_limit
from anmin.kernel.errors import NotFound, Refusal
from anmin.people.policy import Capability
from anmin.stats.proportions import METHODS
from anmin.surveys.analysis import Answered, Asked, analyse

KEPT = "survey_file"
BOXES = {"weights": "weight", "clusters": "cluster"}
"""Arguments of a design whose box in the form has another name."""
HEAD = ("by", "estimate", "se", "low", "high", "df", "n", "deff")


@dataclass(frozen=True, slots=True)
class Kept:
    """An uploaded file that waits for its questions, its uploader's alone."""

    name: str
    path: Path
    columns: dict[str, list[str]]


class FileForm(forms.Form):
    """What is estimated from which columns."""

    use_required_attribute = False
    y = forms.ChoiceField(label=gettext_lazy("What is estimated"))
    statistic = forms.ChoiceField(
        label=gettext_lazy("As"),
        choices=[
            ("mean", gettext_lazy("mean")),
            ("total", gettext_lazy("total")),
            ("proportion", gettext_lazy("share")),
        ],
    )
    value = forms.CharField(
        label=gettext_lazy("Share of which value"), required=False, max_length=80
    )
    by = forms.ChoiceField(label=gettext_lazy("By"), required=False)
    weight = forms.ChoiceField(label=gettext_lazy("Weight"), required=False)
    strata = forms.ChoiceField(label=gettext_lazy("Stratum"), required=False)
    cluster = forms.ChoiceField(label=gettext_lazy("Cluster"), required=False)
    cluster2 = forms.ChoiceField(label=gettext_lazy("Second-stage cluster"), required=False)
    fpc = forms.ChoiceField(label=gettext_lazy("Population size of the stratum"), required=False)
    fpc2 = forms.ChoiceField(label=gettext_lazy("Population size of the cluster"), required=False)
    method = forms.ChoiceField(
        label=gettext_lazy("Interval of a share"),
        choices=[(name, name) for name in METHODS if name not in ("xlogit", "mean")],
    )
    drop_missing = forms.BooleanField(
        label=gettext_lazy("Leave out rows with missing cells"), required=False
    )

    def __init__(self, data: Any, *, columns: list[str]) -> None:
        super().__init__(data)
        names = [(name, name) for name in columns]
        for field in ("y", "by", "weight", "strata", "cluster", "cluster2", "fpc", "fpc2"):
            box = self.fields[field]
            assert isinstance(box, forms.ChoiceField)
            box.choices = names if field == "y" else [("", "—"), *names]

    def asked(self) -> Asked:
        """The question for the library."""
        given = self.cleaned_data
        return Asked(
            y=given["y"],
            statistic=given["statistic"],
            value=given["value"],
            weight=given["weight"],
            strata=given["strata"],
            clusters=tuple(filter(None, (given["cluster"], given["cluster2"]))),
            fpc=tuple(filter(None, (given["fpc"], given["fpc2"]))),
            by=given["by"],
            drop_missing=given["drop_missing"],
            method=given["method"] or "logit",
        )


pages = Pages(Capability.PLAN_SURVEYS)


@pages.at("surveys/file/", "survey_file", receives=upload_limit)
def survey_file(request: DeskRequest) -> HttpResponse:
    """Upload a file; then ask about it as often as one likes."""
    return _receive(request) if request.method == "POST" else _page(request)


def _receive(request: DeskRequest) -> HttpResponse:
    try:
        with uploaded_table(request) as table:
            columns_of(table)  # refuses what could not be read later
    except Refusal as refusal:
        return _page(request, problem=str(refusal), status=422)
    given = request.FILES.get("file")
    assert given is not None  # or the table would have been refused
    _forget(request)
    stored = secrets.token_hex(16)
    kept = folder() / stored
    kept.touch(mode=0o600)
    given.seek(0)
    with kept.open("wb") as file:
        for chunk in given.chunks():
            file.write(chunk)
    request.session[KEPT] = {"stored": stored, "name": given.name}
    return go(request, "desk:survey_file")


def _forget(request: DeskRequest) -> None:
    if told := request.session.pop(KEPT, None):
        (folder() / told["stored"]).unlink(missing_ok=True)


def _kept(request: DeskRequest) -> Kept | None:
    told = request.session.get(KEPT)
    if not told or not (folder() / told["stored"]).is_file():
        return None
    kept = folder() / told["stored"]
    with uploaded_table(kept, name=told["name"]) as table:
        return Kept(told["name"], kept, columns_of(table))


def _page(request: DeskRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    kept = _kept(request)
    context: dict[str, Any] = {"problem": problem, "kept": kept}
    if kept is not None and not problem:
        form = FileForm(request.GET if "y" in request.GET else None, columns=list(kept.columns))
        context["form"] = form
        context["rows"] = len(next(iter(kept.columns.values()), []))
        if form.is_bound and form.is_valid():
            try:
                context |= _answered(request, analyse(kept.columns, form.asked()), form.asked())
            except Refusal as refusal:
                name = BOXES.get(refusal.field or "", refusal.field)
                form.add_error(name if name in form.fields else None, str(refusal))
        if form.is_bound and form.errors:
            status = 422
    return show(request, "surveys/file.html", context, status=status)


def _answered(request: DeskRequest, found: Answered, asked: Asked) -> dict[str, Any]:
    is_share = asked.statistic == "proportion"
    return {
        "found": found,
        "asked": asked,
        "lines": [
            {
                **line,
                **{name: _written(line[name], share=is_share) for name in HEAD[1:5]},
                "interval": str(CANNOT_BE_TOLD)
                if line["low"] != line["low"]
                else f"{_written(line['low'], share=is_share)} – {_written(line['high'], share=is_share)}",
                "df": f"{line['df']:.0f}",
                "n": f"{line['n']:,.0f}",
                "deff": "—" if line["deff"] != line["deff"] else f"{line['deff']:.4f}",
            }
            for line in found.lines()
        ],
        "csv_url": f"{reverse('desk:survey_file_csv')}?{request.GET.urlencode()}",
    }


def _written(value: float, *, share: bool) -> str:
    if value != value:
        return "—"
    return f"{value:.6f}" if share else f"{value:,.4f}"


@pages.at("surveys/file/estimates.csv", "survey_file_csv")
def file_csv(request: DeskRequest) -> FileResponse:
    """The estimates with all their digits."""
    kept = _kept(request)
    if kept is None:
        raise NotFound(_("The file is no longer kept. Upload it again."))
    form = FileForm(request.GET, columns=list(kept.columns))
    if not form.is_valid():
        raise Refusal(_("Say what is estimated."))
    found = analyse(kept.columns, form.asked())
    rows = ([None if v != v else v for v in line.values()] for line in found.lines())
    return csv_file("estimates", HEAD, rows)


urlpatterns = pages.addresses
