"""The house as a Django app: it owns the worker's heartbeat and its leases."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HouseConfig(AppConfig):
    """Everything that starts, watches and stops the rooms."""

    name = "anmin.config"
    label = "config"
    verbose_name = _("House")
