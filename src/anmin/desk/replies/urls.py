"""The addresses of the room."""

from django.urls import URLPattern

from anmin.desk.replies.views import replies, undelivered

urlpatterns: list[URLPattern] = [
    *replies.urlpatterns,
    *undelivered.urlpatterns,
]
