"""The addresses of the room."""

from django.urls import URLPattern

from anmin.desk.matters.views import (
    bulk,
    files,
    filters,
    matter,
    matters,
    opening,
    parties,
    requests,
    search,
    together,
)

urlpatterns: list[URLPattern] = [
    *matters.urlpatterns,
    *opening.urlpatterns,
    *bulk.urlpatterns,
    *requests.urlpatterns,
    *together.urlpatterns,
    *parties.urlpatterns,
    *matter.urlpatterns,
    *files.urlpatterns,
    *search.urlpatterns,
    *filters.urlpatterns,
]
