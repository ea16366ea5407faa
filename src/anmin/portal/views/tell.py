"""Telling something secretly, reading what was answered, and adding to it: with no name and no trace.

With script the browser seals what is told before it leaves, and opens what was answered (``seal.js``);
without, both are done here, in memory, for as long as the answer takes. What is kept is the same.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anmin.files.actions import look_at_any
from anmin.files.turns import AGAIN
from anmin.kernel.confiding import Proof, proof_of
from anmin.kernel.errors import NotFound, Refusal, Unavailable
from anmin.kernel.reference import as_stored
from anmin.matters import confiding, public
from anmin.matters.confiding import FILES, Given
from anmin.people.limits import Limit, over, take
from anmin.portal import effort
from anmin.portal.secrecy import traceless
from anmin.portal.tell_forms import KeptForm, TellForm, files_taken

if TYPE_CHECKING:
    from anmin.kernel.confiding import Kept
    from anmin.matters.kind import Kind
    from anmin.matters.models import Matter

TOLD, READ = "told", "read told"
"""What is counted for each sort of sending: never from where."""
SALT, AGE = "who confided", 1800
"""Of the proof that a page was opened rightly: it lets its reader add something for so many seconds."""
GUESSED = Limit(20, 86_400)
"""Wrong codes for one number in a day, above which each try costs more."""


@partial(traceless, files=FILES)
@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest) -> HttpResponse:
    """What is asked of whoever tells something, and what he or she takes away."""
    kind = _kind()
    if request.method != "POST":
        return _ask_to_tell(request, kind)
    asked = effort.again(request.POST.get("token", ""))
    form = TellForm(asked or effort.ask(what=TOLD), request.POST, request.FILES)
    given = _sealed(request)
    if given is None and not _valid(request, form):
        return _ask_to_tell(request, kind, form, status=422)
    key = effort.key_of(request.POST.get("token", ""))
    if given is not None:
        form.errors.pop("words", None)  # sealed, so nothing of it stands in the form
    if not _paid(request, TOLD):
        form.add_error("sum", _unpaid(asked is None, TOLD))
        return _ask_to_tell(request, kind, form, again=asked is None, status=422)
    kept: Kept | None = None
    try:
        if given is None:
            kept = confiding.kept_of(key)
            proof = proof_of(kept.code, kept.passphrase)
            public_half, proved = proof.public, proof.proof
            given = Given(words=form.cleaned_data["words"], files=_looked_at(form))
        else:
            public_half, proved = _bytes(request, "public"), _bytes(request, "prove")
        matter, receipt = confiding.confide(
            kind=kind.code, key=key, given=given, public=public_half, proof=proved
        )
    except Refusal as refusal:
        return _refused(request, kind, form, refusal)
    context = {"kind": kind, "number": matter.number, "kept": kept, "receipt": receipt}
    return _page(request, "portal/tell_done.html", context)


@traceless
@require_http_methods(["GET", "HEAD", "POST"])
def read(request: HttpRequest) -> HttpResponse:
    """How it stands, and what was answered, for whoever has number, code and passphrase."""
    kind = _kind()
    number = request.POST.get("number", "")
    hard = bool(number) and over("wrong proof of", as_stored(number)[:32], limit=GUESSED)
    if request.method != "POST":
        return _ask_to_read(request, effort.ask(what=READ))
    token, proved = request.POST.get("token", ""), request.POST.get("prove", "")
    form = KeptForm(effort.ask(hard=hard, what=READ), request.POST)
    if not proved and not form.is_valid():
        return _ask_to_read(request, effort.ask(hard=hard, what=READ), form, status=422)
    if not _paid(request, READ, hard=hard) or not effort.once(token):
        form.add_error("sum", _unpaid(effort.again(token) is None, READ))
        return _ask_to_read(request, effort.ask(hard=hard, what=READ), form, status=422)
    proof: Proof | None = None
    try:
        if proved:
            matter = confiding.met(number, _bytes(request, "prove"))
        else:
            proof = proof_of(form.cleaned_data["code"], form.cleaned_data["passphrase"])
            matter = confiding.met(number, proof.proof)
    except NotFound as refusal:
        take("wrong proof of", as_stored(number)[:32], limit=GUESSED)
        if proved:  # the browser kept code and passphrase to itself
            form.errors.pop("code", None)
            form.errors.pop("passphrase", None)
        form.add_error("number", str(refusal))
        return _ask_to_read(request, effort.ask(what=READ), form, status=404)
    return _standing(request, kind, matter, proof=proof)


@partial(traceless, files=FILES)
@require_POST
def more(request: HttpRequest) -> HttpResponse:
    """Add to it, or answer a question, from the page that ``read`` gave out."""
    kind = _kind()
    try:
        told = signing.loads(request.POST.get("pass", ""), salt=SALT, max_age=AGE)
        matter = confiding.met(told["number"], bytes.fromhex(told["proof"]))
    except (signing.BadSignature, NotFound):
        return _ask_to_read(request, effort.ask(what=READ))
    form, given = TellForm(None, request.POST, request.FILES), _sealed(request)
    proved = bytes.fromhex(told["proof"])
    by_script = given is not None
    if by_script:
        form.errors.pop("words", None)
    if given is None and not _valid(request, form):
        return _standing(request, kind, matter, proved=proved, form=form, status=422)
    try:
        if given is None:
            given = Given(words=form.cleaned_data["words"], files=_looked_at(form))
        key = f"more:{effort.key_of(request.POST.get('once', ''))}"
        matter = confiding.add(matter_id=matter.pk, key=key, given=given)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _standing(request, kind, matter, proved=proved, form=form, status=422)
    if not by_script:
        context = {"kind": kind, "number": matter.number, "state": public.face(matter).state}
        return _page(request, "portal/tell_added.html", context)
    return _standing(request, kind, matter, proved=proved, added=True)


def _kind() -> Kind:
    """What people confide here."""
    kinds = confiding.confided_kinds()
    if not kinds:
        raise Http404
    return kinds[0]


def _ask_to_tell(
    request: HttpRequest,
    kind: Kind,
    form: TellForm | None = None,
    *,
    again: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The form; with the same token as before, so that sending twice stays safe, unless it is too old."""
    asked = effort.again(request.POST.get("token", "")) if form and not again else None
    asked = asked or effort.ask(what=TOLD)
    shown = TellForm(asked) if form is None else _once_more(form, asked)
    context = {"kind": kind, "form": shown, "effort": asked, **_sealing(kind.confided.words)}  # type: ignore[union-attr]
    return _page(request, "portal/tell.html", context, status=status)


def _ask_to_read(
    request: HttpRequest,
    asked: effort.Effort,
    form: KeptForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """The question for number, code and passphrase; each time with a new token."""
    shown = KeptForm(asked, initial={"token": asked.token})
    shown = shown if form is None else _once_more(form, asked)
    return _page(
        request, "portal/tell_read.html", {"form": shown, "effort": asked, **_sealing("")}, status
    )


def _once_more[F: (TellForm, KeptForm)](form: F, asked: effort.Effort) -> F:
    """The same with what was typed and what is wrong with it, to be paid for anew."""
    given = {**dict(form.data.items()), "token": asked.token, "proof": "", "sum": ""}
    shown = type(form)(asked, given)
    shown.errors.clear()
    shown.errors.update(form.errors)
    return shown


def _standing(
    request: HttpRequest,
    kind: Kind,
    matter: Matter,
    *,
    proof: Proof | None = None,
    proved: bytes = b"",
    form: TellForm | None = None,
    added: bool = False,
    status: int = 200,
) -> HttpResponse:
    """How a matter stands. Answers are opened here where there is a ``proof``; else by the browser."""
    way = kind.confided
    assert way is not None
    answers = [
        {
            "at": one.at,
            "told": confiding.read_answer(matter, one.token, proof) if proof else (),
            "token": "" if proof else one.token.hex(),
        }
        for one in confiding.answers_to(matter)
    ]
    proved = proved or (proof.proof if proof else _bytes(request, "prove"))
    told = {"number": matter.number, "proof": proved.hex()}
    context = {
        "kind": kind,
        "face": public.face(matter),
        "answers": answers,
        "labels": orjson.dumps({name: str(label) for name, label in way.answers.items()}).decode(),
        "takes": matter.takes_confided,
        "form": form or TellForm(None),
        "pass": signing.dumps(told, salt=SALT),
        "once": effort.ask(what=READ).token if form is None else request.POST.get("once", ""),
        "added": added,
        **_sealing(way.adds),
    }
    return _page(request, "portal/tell_standing.html", context, status)


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    back = reverse("portal:tell_read") if request.path.endswith("/more") else ""
    told = {**context, "lang": get_language(), "lang_page": back}
    return render(request, template, told, status=status)


def _sealing(name: str) -> dict[str, str]:
    """What a browser needs to seal: the key, and the name of the fact."""
    key = confiding.public_key()
    code, half = key or ("", b"")
    return {"seal_key": code, "seal_public": half.hex(), "seal_name": name}


def _sealed(request: HttpRequest) -> Given | None:
    """What came sealed; nothing where it did not."""
    if "sealed" not in request.POST:
        return None
    tokens = [one.read() for one in request.FILES.getlist("sealed-files")]
    return Given(token=_bytes(request, "sealed"), tokens=tokens, key=request.POST.get("key", ""))


def _bytes(request: HttpRequest, name: str) -> bytes:
    try:
        return bytes.fromhex(request.POST.get(name, ""))
    except ValueError:
        return b""


def _valid(request: HttpRequest, form: TellForm) -> bool:
    if any(getattr(one, "too_large", False) for one in request.upload_handlers):
        form.add_error("files", files_taken())
    return form.is_valid()


def _paid(request: HttpRequest, what: str, *, hard: bool = False) -> bool:
    return effort.paid_by_nobody(
        request.POST.get("token", ""),
        what,
        proof=request.POST.get("proof", ""),
        answer=request.POST.get("sum", ""),
        hard=hard,
    )


def _unpaid(old: bool, what: str) -> str:
    """Why it was not taken: the page is old, too many sums, or a wrong one."""
    if old:
        return _("This page was open for too long. Please answer this new question.")
    if effort.sums_gone(what):
        return _(
            "Many people are writing at the moment. Please turn on JavaScript in your browser, or try "
            "again in an hour."
        )
    return _("Please answer this question: it stops machines from sending in bulk.")


def _looked_at(form: TellForm) -> list[Any]:
    return list(look_at_any((one.name or "", one.chunks()) for one in form.cleaned_data["files"]))


def _refused(request: HttpRequest, kind: Kind, form: TellForm, refusal: Refusal) -> HttpResponse:
    """The form once more, with the reason."""
    field = {"file": "files", "tip": "words"}.get(refusal.field or "", refusal.field or "")
    form.add_error(field if field in form.fields else None, str(refusal))
    if isinstance(refusal, Unavailable):
        response = _ask_to_tell(request, kind, form, status=503)
        response["Retry-After"] = str(AGAIN)
        return response
    return _ask_to_tell(request, kind, form, status=422)
