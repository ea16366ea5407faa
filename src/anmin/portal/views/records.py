"""The signed roots of the evidence log for everybody to keep, and receipts of answers to check."""

from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from anmin.evidence import receipts, roots
from anmin.evidence.tree import tree
from anmin.kernel.errors import NotFound, Refusal
from anmin.kernel.incoming import key_of
from anmin.portal.forms import ReceiptCode
from anmin.portal.guard import count_miss

_forever = cache_control(public=True, max_age=86_400, immutable=True)


@require_safe
def records(request: HttpRequest) -> HttpResponse:
    """The newest root and earlier ones, what they prove, and how to check them."""
    newest = roots.latest()
    before = key_of(request.GET.get("before", ""))
    state = (newest.size, bytes(newest.root)) if newest else None
    part = _part(get_language() or "", state, before)
    return render(request, "portal/records.html", {"part": part, "form": ReceiptCode()})


@lru_cache(maxsize=128)
def _part(language: str, newest: tuple[int, bytes] | None, before: int | None) -> SafeString:
    """What everybody sees alike until the next root is signed; kept by each process."""
    found, more = roots.page(before=before)
    first = roots.latest()
    context = {
        "newest": first,
        "short": roots.short(first) if first else "",
        "roots": found,
        "earlier": found[-1].size if more else None,
        "later": before is not None,
        "key": roots.verifier_key(),
    }
    return mark_safe(render_to_string("portal/parts/records.html", context))  # noqa: S308


@require_safe
@_forever
def note(request: HttpRequest, size: int) -> HttpResponse:
    """One signed root as text, in its exact form."""
    return _plain(roots.of_size(size).note)


@require_safe
@never_cache
def consistency(request: HttpRequest, size: int) -> HttpResponse:
    """The proof that the newest root continues this one, for programs (RFC 9162)."""
    old, newest = roots.of_size(size), roots.latest()
    if newest is None or newest.size == old.size:
        return _plain(old.note)
    path = tree(newest.size).consistency(old.size)
    lines = [f"old {old.size}", f"new {newest.size}", *(one.hex() for one in path)]
    return _plain("\n".join([*lines, "", newest.note]))


@require_safe
@cache_control(public=True, max_age=3600)
def key(request: HttpRequest) -> HttpResponse:
    """The public key of the signatures."""
    return _plain(roots.verifier_key() + "\n")


@require_safe
@never_cache
def receipt(request: HttpRequest) -> HttpResponse:
    """Whether what a receipt stands for is in the signed log; never what it says or whose it is."""
    form = ReceiptCode(request.GET if "code" in request.GET else None)
    standing = None
    status = 200
    if form.is_bound and form.is_valid():
        try:
            standing = receipts.find(form.cleaned_data["code"])
        except NotFound:
            count_miss(request)
            form.add_error(
                "code", _("This code is not known. Please compare it with your receipt.")
            )
            status = 404
        except Refusal as refusal:
            form.add_error("code", str(refusal))
            status = 422
    elif form.is_bound:
        status = 422
    context = {"form": form, "standing": standing}
    return render(request, "portal/receipt.html", context, status=status)


@require_safe
@never_cache
def proof(request: HttpRequest, code: str) -> HttpResponse:
    """The proof for a receipt as text: place, hash, path and the signed root."""
    try:
        standing = receipts.find(code)
    except NotFound:
        count_miss(request)
        raise
    except Refusal as refusal:
        raise NotFound(str(refusal)) from None
    if not standing.text:
        raise NotFound(_("This is in the log, and will be in the root that is signed tonight."))
    return _plain(standing.text)


def _plain(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
