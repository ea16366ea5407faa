"""The room as a Django app."""

from django.apps import AppConfig


class CampaignConfig(AppConfig):
    """The board of a programme, its items, its versions."""

    name = "anmin.desk.campaign"
    label = "desk_campaign"
