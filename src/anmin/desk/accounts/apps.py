"""The room as a Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Changes to accounts that wait for a second person."""

    name = "anmin.desk.accounts"
    label = "desk_accounts"
