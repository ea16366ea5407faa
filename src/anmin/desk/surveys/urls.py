"""The addresses of the room."""

from django.urls import URLPattern

from anmin.desk.surveys.views import plain_file, results, waves

urlpatterns: list[URLPattern] = [
    *waves.urlpatterns,
    *results.urlpatterns,
    *plain_file.urlpatterns,
]
