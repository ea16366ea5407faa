"""The house as a Django app: it owns the worker's heartbeat and its leases."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from anmin.kernel.errors import SAID


class HouseConfig(AppConfig):
    """Everything that starts, watches and stops the rooms."""

    name = "anmin.config"
    label = "config"
    verbose_name = _("House")

    def ready(self) -> None:
        """Give the kernel, which knows no language, its sentences."""
        SAID["broken_link"] = _("This page link is broken; start again.")
