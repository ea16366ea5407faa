"""The addresses of the room."""

from django.urls import URLPattern

from anmin.desk.imports.views import files, imports

urlpatterns: list[URLPattern] = [
    *imports.urlpatterns,
    *files.urlpatterns,
]
