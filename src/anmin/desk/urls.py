"""The addresses of the desk: every room brings its own."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "desk"

# What a room serves stands in the ``urlpatterns`` of this module of it.
ROOMS = (
    "shell.views",
    "day.urls",
    "matters.urls",
    "calls.urls",
    "replies.urls",
    "measures.urls",
    "watch.urls",
    "surveys.urls",
    "imports.urls",
    "notices.views",
    "accounts.views",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"anmin.desk.{room}")) for room in ROOMS
]
