"""The watch room as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WatchConfig(AppConfig):
    """What changes where: concerns, comparisons, hot spots, the area index, listing candidates."""

    name = "anmin.watch"
    label = "watch"
    verbose_name = _("Watch over places")

    def ready(self) -> None:
        """Read the data files at boot, so that a broken one stops the start."""
        from anmin.watch import frame, series

        frame.frame()
        series.all_series()
