"""The room as a Django app."""

from django.apps import AppConfig


class PublishingDeskConfig(AppConfig):
    """The desk of publishing."""

    name = "anmin.desk.publishing"
    label = "desk_publishing"
