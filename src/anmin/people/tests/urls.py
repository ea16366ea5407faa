"""The house's addresses, and one page of no room to knock at."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def probe(request: HttpRequest) -> HttpResponse:
    """Says who is signed in."""
    return HttpResponse(getattr(request.user, "username", ""))


urlpatterns = [path("probe/", probe), path("", include("anmin.config.urls"))]
