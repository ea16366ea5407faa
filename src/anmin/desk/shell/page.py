"""What every page of the desk shares: who may open it, and how it answers htmx and plain forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate, cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import URLPattern, path, reverse
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from anmin.faces.receiving import receives_file
from anmin.matters.conflict import one_look
from anmin.people.actions import log_access
from anmin.people.middleware import second_factor_required
from anmin.people.policy import Capability, require

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from anmin.people.models import Account


class DeskRequest(HttpRequest):
    """A request of somebody signed in."""

    user: Account
    htmx: HtmxDetails


type View[**P] = Callable[Concatenate[DeskRequest, P], HttpResponseBase]


def page[**P](*capabilities: Capability) -> Callable[[View[P]], Any]:
    """A view for staff who have all these capabilities; nothing of it is kept by browsers.

    Refusals that the view lets pass become a page of their own (``config.middleware``).
    """

    def decorate(view: View[P]) -> Any:
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            staff = cast(DeskRequest, request)
            for capability in capabilities:
                require(staff.user, capability)
            # Whom matters are about does not change while a page is read.
            with one_look() if request.method in ("GET", "HEAD") else nullcontext():
                response = view(staff, *args, **kwargs)
            _note_download(staff, response)
            add_never_cache_headers(response)
            patch_vary_headers(response, ["HX-Request"])
            return response

        return second_factor_required(update_wrapper(guarded, view))

    return decorate


class Pages:
    """The pages of one file of views, each at the address that stands above its view.

    ``capabilities`` are asked for by all of them. ``addresses`` are the file's ``urlpatterns``.
    """

    def __init__(self, *capabilities: Capability) -> None:
        self.addresses: list[URLPattern] = []
        self._capabilities = capabilities

    def of(self, *capabilities: Capability) -> Pages:
        """Pages of the same file that ask for other capabilities."""
        others = Pages(*capabilities)
        others.addresses = self.addresses
        return others

    def at[**P](
        self, address: str, name: str, *more: Capability, receives: Callable[[], int] | None = None
    ) -> Callable[[View[P]], View[P]]:
        """A page there, for who has ``more`` capabilities, too.

        ``receives`` says how many bytes of a file may be sent to it.
        """

        def decorate(view: View[P]) -> View[P]:
            opened = receives_file(view, receives) if receives else view
            guarded = page(*self._capabilities, *more)(opened)
            self.addresses.append(path(address, guarded, name=name))
            return view

        return decorate

    def post[**P](
        self, address: str, name: str, *more: Capability, receives: Callable[[], int] | None = None
    ) -> Callable[[View[P]], View[P]]:
        """The same for what is only ever sent."""
        place = self.at(address, name, *more, receives=receives)
        return lambda view: place(require_POST(view))

    def read[**P](self, address: str, name: str, *more: Capability) -> Callable[[View[P]], View[P]]:
        """The same for what changes nothing, such as a file to keep."""
        place = self.at(address, name, *more)
        return lambda view: place(require_safe(view))


def _note_download(request: DeskRequest, response: HttpResponseBase) -> None:
    """A file that leaves the house is on record: which list, narrowed to what, by whom.

    What its own room has written down already (``on_record``) is not written down twice.
    """
    if getattr(response, "on_record", False):
        return
    if response.status_code != 200 or "attachment" not in response.get("Content-Disposition", ""):
        return
    match = request.resolver_match
    log_access(
        account=request.user,
        action="download",
        subject=f"page:{match.view_name if match else request.path}"[:64],
        reason=request.get_full_path()[:300],
        request=request,
    )


def show(
    request: DeskRequest, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page; htmx gets only its part called ``body``, with the messages of this request."""
    partial = request.htmx and not request.htmx.history_restore_request
    name = f"desk/{template}#body" if partial else f"desk/{template}"
    return render(request, name, {**context, "fragment": bool(partial)}, status=status)


def go(request: DeskRequest, to: str, *args: object) -> HttpResponse:
    """On to a page (its name, or an address) after a write: it is fetched with GET.

    To another page than the one it stands on, htmx is told to go there in full.
    """
    url = resolve_url(to, *args)
    if request.htmx and urlsplit(request.htmx.current_url or "").path != urlsplit(url).path:
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url, status=303)


def done(request: DeskRequest, told: str, to: str, *args: object) -> HttpResponse:
    """The same after saying what has been done."""
    messages.success(request, told)
    return go(request, to, *args)


def address(view: str, /, *args: object, **query: object) -> str:
    """Where a page of the desk is, with what it is asked for; empty parts fall away."""
    kept = {name: value for name, value in query.items() if value not in ("", None)}
    return reverse(f"desk:{view}", args=args, query=kept)


def choices[Code: str](
    labels: Mapping[Code, Any],
    current: str,
    url: Callable[[Code], str],
    counts: Mapping[Code, int] | None = None,
) -> list[dict[str, Any]]:
    """What a page can be switched to, with what it shows now and how much there is of each."""
    return [
        {"label": label, "url": url(code), "current": code == current}
        | ({"count": counts.get(code)} if counts else {})
        for code, label in labels.items()
    ]


def revealed(request: DeskRequest, value: str) -> HttpResponse:
    """What was hidden and has been asked for, in the place where it was; the caller has logged it."""
    return render(request, "desk/parts/revealed.html", {"value": value})
