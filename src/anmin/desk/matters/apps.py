"""The room as a Django app."""

from django.apps import AppConfig


class MattersConfig(AppConfig):
    """The pages over matters, and saved filters."""

    name = "anmin.desk.matters"
    label = "desk_matters"
