"""The room as a Django app."""

from django.apps import AppConfig


class WatchConfig(AppConfig):
    """Concerns, comparisons, hot spots, the area index, listing candidates."""

    name = "anmin.desk.watch"
    label = "desk_watch"
