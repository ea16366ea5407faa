"""The room as a Django app."""

from django.apps import AppConfig


class PropertyConfig(AppConfig):
    """Things that were seized: their register, custody, owners, return."""

    name = "anmin.desk.property"
    label = "desk_property"
