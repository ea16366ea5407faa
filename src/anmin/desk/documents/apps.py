"""The room as a Django app."""

from django.apps import AppConfig


class DocumentsDeskConfig(AppConfig):
    """The desk of official documents."""

    name = "anmin.desk.documents"
    label = "desk_documents"
