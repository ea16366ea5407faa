"""Signing in and out, second factors; mounted below ``/accounts/``.

Everything is django-allauth's, less what is for places where strangers sign up by mail.
"""

from typing import NoReturn

from allauth.mfa.recovery_codes import views as recovery_codes
from django.http import Http404, HttpRequest
from django.urls import URLPattern, URLResolver, include, path, re_path

from anmin.people import views


def closed(request: HttpRequest, **kwargs: str) -> NoReturn:
    """A page of the library that this house does not have."""
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^(?:signup|email|confirm-email|password/reset|login/code)/", closed),
    re_path(r"^3rdparty/(?:signup/)?$", closed),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/<int:pk>/end/", views.end, name="sessions_end"),
    path("sessions/end-others/", views.end_others, name="sessions_end_others"),
    path("sessions/stay/", views.stay, name="sessions_stay"),
    path("sessions/resume/", views.resume, name="sessions_resume"),
    path(
        "2fa/recovery-codes/",
        views.on_record("recovery_codes_viewed", recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        views.on_record("recovery_codes_downloaded", recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("", include("allauth.urls")),
]
