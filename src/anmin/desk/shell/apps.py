"""The room as a Django app."""

from django.apps import AppConfig


class ShellConfig(AppConfig):
    """What every page of the desk stands in: navigation, components, keys, look."""

    name = "anmin.desk.shell"
    label = "desk_shell"
