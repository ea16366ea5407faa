"""The addresses of the room."""

from django.urls import URLPattern

from anmin.desk.day.views import board, home, morning

urlpatterns: list[URLPattern] = [
    *home.urlpatterns,
    *board.urlpatterns,
    *morning.urlpatterns,
]
