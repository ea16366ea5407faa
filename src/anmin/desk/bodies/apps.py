"""The room as a Django app."""

from django.apps import AppConfig


class BodiesConfig(AppConfig):
    """What bodies outside the police owe, for them and for whoever asked."""

    name = "anmin.desk.bodies"
    label = "desk_bodies"
