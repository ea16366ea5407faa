"""The room as a Django app."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """What people are told of, and which of it they want."""

    name = "anmin.desk.notices"
    label = "desk_notices"
