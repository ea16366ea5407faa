"""The house's own jobs: queued tasks, and tidying up."""

from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker as TaskWorker
from django_tasks_db.models import DBTaskResult

from anmin.config import logs, root_mail
from anmin.kernel.jobs import daily, every

log = structlog.get_logger(__name__)

BATCH = 20
"""Queued tasks that are run before other jobs have their turn."""


def waiting_tasks() -> int:
    """Tasks that are queued and due."""
    return int(DBTaskResult.objects.ready().count())


@every(seconds=2, backlog=waiting_tasks)
def queued_tasks() -> int:
    """Run what rooms have queued with Django's tasks."""
    # Only one worker runs this job, so a task that counts as running belongs to one that died.
    DBTaskResult.objects.running().update(status="READY", started_at=None)
    waiting = min(waiting_tasks(), BATCH)
    if waiting:
        TaskWorker(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=BATCH,
            worker_id="anmin",
        ).run()
    return waiting


JOURNAL = 256 << 20
"""Bytes of SQLite's journal that are no reason to do anything."""


@every(seconds=60)
def shorten_journal() -> int:
    """Keep SQLite's journal short; say so in the log where a reader without end keeps it long."""
    lone: Any = connection
    if connection.vendor == "sqlite" and (left := lone.shorten_journal(JOURNAL)) > JOURNAL:
        log.warning("journal grows", megabytes=left >> 20, why="somebody reads without end")
    return 0


@daily(at="04:30")
def tidy() -> int:
    """Remove what is past its time: sessions, results of tasks, old log files."""
    call_command("clearsessions")
    call_command("prune_db_task_results", verbosity=0)
    now = timezone.now()
    months = settings.RULES.get("log.retention", timezone.localdate()).number
    return logs.remove_old(
        logs.folder(settings.ANMIN_HOME), keep=timedelta(days=31 * months), now=now
    )


@daily(at="00:20")
def mail_root() -> int:
    """Send the signed root of the day that has ended to those who keep it outside the house."""
    root_mail.queue()
    return 0
