"""The survey studio: waves, their frame and draw, their progress; questionnaires to read."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import gettext as _

from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.desk.surveys.forms import SIZE, AssignForm, ProposeForm, SampleForm, WaveForm
from anmin.desk.surveys.tables import uploaded_table
from anmin.draws.numbers import source_of
from anmin.exchange.rejects import RejectsFile
from anmin.faces.receiving import upload_limit
from anmin.kernel.errors import NotFound, Refusal
from anmin.people.policy import Capability, can
from anmin.surveys import frames, queries, waves
from anmin.surveys.dispositions import DispositionClass, dispositions
from anmin.surveys.questionnaires import questionnaire, versions

SHOWN_REJECTS = 20
TONES = {"draft": "open", "frozen": "waiting", "field": "working", "closed": "done"}


pages = Pages(Capability.VIEW_SURVEYS)
planning = pages.of(Capability.PLAN_SURVEYS)


@pages.at("surveys/", "surveys")
def surveys(request: DeskRequest) -> HttpResponse:
    """Every wave, and the way to a new one."""
    return _list(request, WaveForm())


def _list(request: DeskRequest, form: WaveForm) -> HttpResponse:
    lines = [
        {
            "wave": wave,
            "tone": TONES[wave.status],
            "rate": queries.response_rate(wave.cases.all()) if wave.drawn_at else None,
        }
        for wave in queries.waves(request.user)
    ]
    context = {
        "lines": lines,
        "form": form,
        "plans": can(request.user, Capability.PLAN_SURVEYS),
        "figures": can(request.user, Capability.VIEW_FIGURES),
        "sheets": [questionnaire(code, version) for code, version in versions()],
    }
    return show(request, "surveys/list.html", context, status=form.status)


@planning.post("surveys/open/", "survey_open")
def open_wave(request: DeskRequest) -> HttpResponse:
    """Open a wave and publish its hash."""
    form = WaveForm(request.POST)
    if form.does(lambda _given: waves.open_wave(form.opening(), by=request.user)):
        told = _("The wave is open and the hash of its seed is published.")
        return done(request, told, "desk:survey", form.made.code)
    return _list(request, form)


# --- one wave -----------------------------------------------------------------------------------


@pages.at("surveys/waves/<slug:code>/", "survey")
def survey(request: DeskRequest, code: str) -> HttpResponse:
    """One wave: what is published of it, its frame, its draw, and how far the asking has come."""
    return _wave(request, code)


def _wave(request: DeskRequest, code: str, *, status: int = 200, **extra: Any) -> HttpResponse:
    account = request.user
    wave = queries.wave_of(account, code)
    lines = queries.progress(account, wave)
    plans, works = (can(account, one) for one in (Capability.PLAN_SURVEYS, Capability.WORK_SURVEYS))
    context: dict[str, Any] = {
        "wave": wave,
        "number_source": source_of(wave.number) if wave.number else None,
        "tone": TONES[wave.status],
        "lines": lines,
        "plans": plans,
        "figures": can(account, Capability.VIEW_FIGURES),
        "rate": queries.response_rate(wave.cases.all()) if wave.drawn_at else None,
        "in_frame": sum(line.frame for line in lines),
        "sheet": questionnaire(wave.questionnaire, wave.version),
    }
    if context["rate"]:
        context["ended"] = [
            (dispositions()[one].label, one, number)
            for one, number in context["rate"].by_code.items()
        ]
        context["not_eligible"] = context["rate"].by_class.get(DispositionClass.NOT_ELIGIBLE, 0)
    if works and wave.status == waves.Status.FIELD:
        context["waiting"] = queries.waiting(account, wave)
    if plans:
        context |= {
            "assign": AssignForm(offered=queries.interviewers()),
            "dealt": queries.interviewer_lines(account, wave),
            "rejects": _rejects(code).path.exists() and wave.status == waves.Status.DRAFT,
        }
        if wave.status == waves.Status.FROZEN and "sample" not in extra:
            proposed, sizes = _proposed(request, wave)
            context |= {
                "propose": proposed,
                "sample": SampleForm(
                    lines=lines, initial={SIZE + town: n for town, n in sizes.items()}
                ),
            }
            status = 422 if proposed.errors else status
    return show(request, "surveys/wave.html", context | extra, status=status)


def _proposed(request: DeskRequest, wave: Any) -> tuple[ProposeForm, dict[str, int]]:
    """The form that asks for sizes, and what it proposes."""
    form = ProposeForm(request.GET if {"total", "margin"} & set(request.GET) else None)
    if form.is_bound and form.is_valid():
        try:
            return form, waves.propose(wave, **form.asked())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return form, {}


def _rejects(code: str) -> RejectsFile:
    return RejectsFile(f"frame-{code}", has_header=True)


@planning.post("surveys/waves/<slug:code>/frame/", "survey_frame", receives=upload_limit)
def frame(request: DeskRequest, code: str) -> HttpResponse:
    """Bring the list of people in from a file."""
    wave = queries.wave_of(request.user, code)
    _rejects(code).path.unlink(missing_ok=True)
    try:
        with uploaded_table(request) as table:
            taken = frames.take_in(
                wave_id=wave.pk, header=table.header, rows=table.rows, by=request.user
            )
            header = table.header
            taken.read += len(table.faults)
            taken.rejected.extend(table.faults)
    except Refusal as refusal:
        return _wave(request, code, status=422, frame_problem=str(refusal))
    with _rejects(code) as file:
        for line, reason, cells in taken.rejected:
            file.write(header, cells, line, reason)
    shown = [(line, reason) for line, reason, _cells in taken.rejected[:SHOWN_REJECTS]]
    return _wave(request, code, taken=taken, rejected=shown)


@planning.at("surveys/waves/<slug:code>/frame/rejected.csv", "survey_rejected")
def rejected(request: DeskRequest, code: str) -> FileResponse:
    """The rows of the last file that were not taken; they can hold contacts: `page` logs it."""
    wave = queries.wave_of(request.user, code)
    kept = _rejects(wave.code).path
    if not kept.exists():
        raise Http404
    return FileResponse(kept.open("rb"), as_attachment=True, filename=f"{code}-rejected.csv")


@planning.post("surveys/waves/<slug:code>/freeze/", "survey_freeze")
def freeze(request: DeskRequest, code: str) -> HttpResponse:
    """Freeze the frame and publish its digest."""
    wave = waves.freeze(wave_id=queries.wave_of(request.user, code).pk, by=request.user)
    return done(
        request,
        _("%(n)s people: the frame is frozen and published.") % {"n": wave.frame_count},
        "desk:survey",
        code,
    )


@planning.post("surveys/waves/<slug:code>/draw/", "survey_draw")
def draw(request: DeskRequest, code: str) -> HttpResponse:
    """Draw the sample and send it into the field."""
    wave = queries.wave_of(request.user, code)
    form = SampleForm(request.POST, lines=queries.progress(request.user, wave))
    if form.does(
        lambda given: waves.draw(
            wave_id=wave.pk,
            sizes=form.sizes(),
            take=given["take"],
            by=request.user,
        )
    ):
        drawn = _("%(n)s people are drawn.") % {"n": form.made.selected}
        waits = _("The sizes are laid down; the draw waits for the public number.")
        return done(request, drawn if form.made.drawn_at else waits, "desk:survey", code)
    return _wave(request, code, status=form.status, sample=form, propose=ProposeForm())


@planning.post("surveys/waves/<slug:code>/assign/", "survey_assign")
def assign(request: DeskRequest, code: str) -> HttpResponse:
    """Deal the open cases out to interviewers of other units."""
    wave = queries.wave_of(request.user, code)
    form = AssignForm(request.POST, offered=queries.interviewers())
    if form.does(
        lambda _given: waves.assign(wave_id=wave.pk, interviewers=form.chosen(), by=request.user)
    ):
        dealt = form.made
        told = {"n": sum(dealt.values()), "people": len(dealt)}
        return done(
            request,
            _("%(n)s cases were assigned to %(people)s people.") % told,
            "desk:survey",
            code,
        )
    return _wave(request, code, status=form.status, assign=form)


@planning.post("surveys/waves/<slug:code>/end/", "survey_end")
def end(request: DeskRequest, code: str) -> HttpResponse:
    """End the asking and publish the seed."""
    waves.end_fieldwork(wave_id=queries.wave_of(request.user, code).pk, by=request.user)
    return done(request, _("Fieldwork has ended; the seed is published."), "desk:survey", code)


# --- questionnaires -----------------------------------------------------------------------------


@pages.at("surveys/questionnaires/<slug:code>/<int:version>/", "questionnaire")
def sheet(request: DeskRequest, code: str, version: int) -> HttpResponse:
    """A questionnaire as it is asked, in both languages, with what is estimated from it."""
    if (code, version) not in versions():
        raise NotFound(_("There is no such questionnaire."))
    found = questionnaire(code, version)
    return show(request, "surveys/questionnaire.html", {"sheet": found})


urlpatterns = pages.addresses
