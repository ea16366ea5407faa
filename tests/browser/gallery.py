"""A page with every component on it, for the browser tests only: `anmin.config.urls` plus it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.urls import path
from django.utils import timezone

from anmin.config.urls import (  # noqa: F401 - handlers belong to every URL configuration
    handler400,
    handler403,
    handler404,
    handler500,
)
from anmin.config.urls import urlpatterns as house
from anmin.desk.shell.figure import Figure, Point, Series
from anmin.faces.timeline import Change, Event
from anmin.kernel.errors import Conflict

FOLDER = Path(__file__).parent


class Report(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="称呼 Name", help_text="随您怎么称呼 As you like")
    answer = forms.ChoiceField(
        label="满意吗 Satisfied?",
        widget=forms.RadioSelect,
        choices=[("1", "满意 Satisfied"), ("3", "不满意 Dissatisfied"), ("9", "说不清 Cannot say")],
    )
    agree = forms.BooleanField(label="同意 I agree")
    kind = forms.ChoiceField(
        label="类别 Kind", choices=[("a", "盗窃 Theft"), ("b", "纠纷 Dispute")]
    )
    note = forms.CharField(label="说明 Note", required=False, widget=forms.Textarea, max_length=9)


def _figures() -> list[Figure]:
    months = ("2026-07", "2026-08", "2026-09")
    merged = tuple(
        Point(at=at, value=v, low=v - 0.02, high=v + 0.02, n=240)
        for at, v in zip(months, (0.91, 0.93, 0.92), strict=True)
    )
    weighted = (
        *(Point(at=p.at, value=0.88, low=0.85, high=0.91, n=240) for p in merged[:2]),
        Point(at=months[2], value=0.5, suppressed=True),
    )
    units = ("安阳 Anyang", "塘下 Tangxia", "湖岭 Huling")
    dots = (
        Point(at=units[0], value=0.97, low=0.95, high=0.98, n=402, url="?unit=anyang"),
        Point(at=units[1], value=0.93, low=0.88, high=0.96, n=88),
        Point(at=units[2], suppressed=True),
    )
    counts = tuple(Point(at=at, value=v) for at, v in zip(months, (1204, 1311, 1190), strict=True))
    return [
        Figure(
            id="line",
            kind="line-band",
            title="满意率 Satisfaction",
            dimension="月份 Month",
            series=(
                Series(name="合并 merged", points=merged),
                Series(name="加权 weighted", points=weighted),
            ),
            reference=0.9,
            reference_label="承诺 promise",
            how="Wilson",
            csv_url="?csv",
        ),
        Figure(
            id="dots",
            kind="dots-interval",
            title="按时答复 In time",
            dimension="单位 Unit",
            series=(Series(name="按时 in time", points=dots),),
        ),
        Figure(
            id="bars",
            kind="bars",
            unit="count",
            title="警情 Incidents",
            dimension="月份 Month",
            series=(Series(name="警情 incidents", points=counts),),
        ),
    ]


def _rows() -> list[dict[str, Any]]:
    now = timezone.now()
    stages = ("open", "working", "waiting", "done", "declined", "withdrawn")
    states = ("late", "at_risk", "on_time", "on_time", "on_time", "at_risk")
    return [
        {
            "id": at,
            "number": f"JQ-000{at}",
            "title": "电动车被盗 E-bike stolen",
            "stage": stage,
            "due": now + timedelta(hours=at * 9 - 5),
            "state": state,
        }
        for at, (stage, state) in enumerate(zip(stages, states, strict=True))
    ]


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component once."""
    now = timezone.now()
    if "toast" in request.GET:
        messages.success(request, "已记录 Recorded")
        messages.error(request, "没有成功 Failed")
    story = [
        Event(
            at=now - timedelta(days=1),
            actor="接警员 Call taker",
            action="接警 Received",
            tone="open",
            note="昨夜不见 Gone overnight",
            public=True,
        ),
        Event(
            at=now,
            actor="值班领导 Duty leader",
            action="指派 Assigned",
            tone="working",
            changes=(Change(label="单位 Unit", before="无 none", after="安阳 Anyang"),),
            told=(("回音 Word", "三日内 Within three days"),),
            next_step="首次联系 First contact",
            next_due=now + timedelta(hours=4),
        ),
    ]
    form = (
        Report({"note": "比九个字长得多的说明 far too long"})
        if "errors" in request.GET
        else Report()
    )
    context = RequestContext(
        request,
        {
            "rows": _rows(),
            "story": story,
            "form": form,
            "figures": _figures(),
            "due": now + timedelta(hours=2, minutes=5),
            "met": now,
            "pairs": [("地点 Place", "万松路88号"), ("备注 Remark", "")],
            "active": [{"label": "逾期 Late", "remove_url": "?"}],
            "saved": [{"label": "我的 Mine", "url": "?", "current": True}],
        },
    )
    return HttpResponse(
        Template((FOLDER / "gallery.html").read_text(encoding="utf-8")).render(context)
    )


def question(request: HttpRequest) -> HttpResponse:
    """A page of the portal."""
    form = Report({"note": "比九个字长得多的说明"}) if "errors" in request.GET else Report()
    page = (FOLDER / "question.html").read_text(encoding="utf-8")
    return HttpResponse(Template(page).render(RequestContext(request, {"form": form})))


def answer(request: HttpRequest, status: int) -> HttpResponse:
    """A fragment with the status asked for."""
    return HttpResponse(f"<b>fragment {status}</b>", status=status)


def refused(request: HttpRequest) -> HttpResponse:
    """A refusal of a room below, which no view caught."""
    raise Conflict("已被他人更新 Somebody was faster")


def revealed(request: HttpRequest) -> HttpResponse:
    """What a reveal view answers."""
    page = Template('{% include "desk/parts/revealed.html" %}')
    return HttpResponse(page.render(RequestContext(request, {"value": "13857712345"})))


urlpatterns = [
    path("gallery/", gallery),
    path("gallery/question/", question),
    path("gallery/answer/<int:status>/", answer),
    path("gallery/refused/", refused),
    path("gallery/revealed/", revealed),
    *house,
]
