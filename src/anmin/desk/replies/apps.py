"""The room as a Django app."""

from django.apps import AppConfig


class RepliesConfig(AppConfig):
    """Replies to messages, and messages that did not arrive."""

    name = "anmin.desk.replies"
    label = "desk_replies"
