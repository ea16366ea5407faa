"""The room as a Django app."""

from django.apps import AppConfig


class DayConfig(AppConfig):
    """The first page, the day board, the morning page."""

    name = "anmin.desk.day"
    label = "desk_day"
