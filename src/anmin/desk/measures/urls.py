"""The addresses of the room."""

from django.urls import URLPattern

from anmin.desk.measures.views import measures, records

urlpatterns: list[URLPattern] = [
    *measures.urlpatterns,
    *records.urlpatterns,
]
