"""The addresses of the room."""

from django.urls import URLPattern

from anmin.desk.calls.views import callback, callbacks, claims, correcting, interview

urlpatterns: list[URLPattern] = [
    *callbacks.urlpatterns,
    *callback.urlpatterns,
    *correcting.urlpatterns,
    *claims.urlpatterns,
    *interview.urlpatterns,
]
