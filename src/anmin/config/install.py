"""Setting an installation up, and bringing it up to date: the same steps, as often as one likes."""

from dataclasses import dataclass

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from anmin.callbacks.scripts import require_scripts
from anmin.config.integrity import require_fitting_keyring
from anmin.faces.answers import require_answers
from anmin.matters import kind_check
from anmin.places.actions import load_shipped


@dataclass(frozen=True, slots=True)
class Installed:
    """What there was to do."""

    migrations: int
    reference_rows: int


def install() -> Installed:
    """Migrate, and load the shipped reference data into empty tables."""
    # Read now what would otherwise fail in the middle of the first request.
    settings.KEYRING.chain_key  # noqa: B018
    list(settings.RULES.all())
    kind_check.require_sound()
    require_scripts()
    require_answers()
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if waiting:
        call_command("migrate", interactive=False, verbosity=0)
    require_fitting_keyring()
    kind_check.require_known_rows()
    loaded = load_shipped()
    return Installed(waiting, sum(one.created for one in loaded.values()))
