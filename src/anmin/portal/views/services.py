"""What the windows do for citizens: who can apply, what to bring, how long it takes, what it costs."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anmin.faces.catalogue import service_outside, services_outside
from anmin.kernel.errors import NotFound
from anmin.portal.forms import ServiceWords


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """The catalogue, or those services in it that say the words that were searched for."""
    form = ServiceWords(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    context = {"form": form, "words": words, "services": services_outside(words)}
    return render(request, "portal/services.html", context, status=200 if form.is_valid() else 422)


@require_safe
def service(request: HttpRequest, code: str) -> HttpResponse:
    """One service, to read and to print."""
    try:
        found = service_outside(code)
    except NotFound:
        raise Http404 from None
    return render(request, "portal/service.html", {"service": found})
