"""The house as a Django app: it owns the worker's heartbeat and its leases."""

from django.apps import AppConfig
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from anmin.kernel.bilingual import speaks
from anmin.kernel.errors import SAID

KERNEL = {
    "broken_link": _("This page link is broken; start again."),
    "rule_not_yet": _(
        "Nothing can be reckoned for that day: the rule %(key)s begins on %(since)s, and there is "
        "none before."
    ),
    "beyond_calendar": _(
        "The working calendar covers the years %(first)s to %(last)s, not %(year)s."
    ),
    "key_missing": _(
        "This was encrypted with a key that is not in the keyring here, and cannot be opened. The "
        "administrator brings the key back from the backup of the keyring."
    ),
    "value_altered": _(
        "This was altered outside of the system, or belongs elsewhere, and cannot be opened. The "
        "administrator runs anmin verify."
    ),
}
"""What refusals of the kernel say to people, by their code."""


class HouseConfig(AppConfig):
    """Everything that starts, watches and stops the rooms."""

    name = "anmin.config"
    label = "config"
    verbose_name = _("House")

    def ready(self) -> None:
        """Give the kernel, which knows no language, its sentences and the reader's language."""
        speaks(get_language)
        SAID.update(KERNEL)
