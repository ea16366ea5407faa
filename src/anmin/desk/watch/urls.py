"""The addresses of the room."""

from django.urls import URLPattern

from anmin.desk.watch.views import (
    baselines,
    candidates,
    compare,
    concerns,
    hotspots,
    index,
    overview,
    ranks,
    repeats,
)

urlpatterns: list[URLPattern] = [
    *overview.urlpatterns,
    *concerns.urlpatterns,
    *compare.urlpatterns,
    *repeats.urlpatterns,
    *hotspots.urlpatterns,
    *index.urlpatterns,
    *ranks.urlpatterns,
    *baselines.urlpatterns,
    *candidates.urlpatterns,
]
