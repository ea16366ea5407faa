"""Signing in and out, second factors; mounted below ``/accounts/``.

Everything is django-allauth's, less what is for places where strangers sign up by mail.
"""

from typing import NoReturn

from django.http import Http404, HttpRequest
from django.urls import URLPattern, URLResolver, include, path, re_path


def closed(request: HttpRequest, **kwargs: str) -> NoReturn:
    """A page of the library that this house does not have."""
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^(?:signup|email|confirm-email|password/reset|login/code)/", closed),
    re_path(r"^3rdparty/(?:signup/)?$", closed),
    path("", include("allauth.urls")),
]
