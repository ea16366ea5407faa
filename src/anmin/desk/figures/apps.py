"""The room as a Django app."""

from django.apps import AppConfig


class FiguresConfig(AppConfig):
    """What pages of figures share."""

    name = "anmin.desk.figures"
    label = "desk_figures"
