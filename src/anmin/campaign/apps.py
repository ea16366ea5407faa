"""The campaign room as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignConfig(AppConfig):
    """A programme: activities, work items, what proves them, progress that is computed."""

    name = "anmin.campaign"
    label = "campaign"
    verbose_name = _("Programme")
