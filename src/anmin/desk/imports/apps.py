"""The room as a Django app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Files in."""

    name = "anmin.desk.imports"
    label = "desk_imports"
