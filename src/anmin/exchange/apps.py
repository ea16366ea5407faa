"""The room of files in and out."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    """Imports and exports."""

    name = "anmin.exchange"
    label = "exchange"
    verbose_name = _("Files in and out")
