"""The addresses of the desk: every module of ``views`` brings its own."""

from importlib import import_module

from django.urls import URLPattern, URLResolver, include, path

app_name = "desk"

# One line for each module; what it serves stands in its ``urlpatterns``.
PAGES = (
    "home",
    "matters",
    "opening",
    "bulk",
    "matter",
    "files",
    "search",
    "filters",
    "notices",
    "lookup",
    "imports",
    "import_files",
    "callbacks",
    "callback",
    "correcting",
    "replies",
    "undelivered",
    "claims",
    "accounts",
    "day",
    "surveys",
    "interview",
    "survey_results",
    "survey_file",
    "morning",
    "figures",
    "records",
    "watch",
    "watch_compare",
    "watch_repeats",
    "watch_hotspots",
    "watch_index",
    "watch_ranks",
    "watch_baselines",
    "candidates",
    "list_files",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(import_module(f"anmin.desk.views.{page}").urlpatterns)) for page in PAGES
]
