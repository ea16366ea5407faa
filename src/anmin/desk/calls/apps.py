"""The room as a Django app."""

from django.apps import AppConfig


class CallsConfig(AppConfig):
    """Callbacks and interviews."""

    name = "anmin.desk.calls"
    label = "desk_calls"
