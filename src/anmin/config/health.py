"""Whether the installation lives, is ready to work, and how it has been doing."""

import hmac
import ipaddress
import os
import re
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anmin.config import metrics
from anmin.config.worker import newest_beat
from anmin.kernel.trouble import trouble_of

LATE_BEAT = timedelta(seconds=60)
"""A worker that has not been heard of for so long counts as gone."""

PASSED_ON = re.compile(r"x-(forwarded|real|original|client|cluster|proxy)|forwarded|via|.+-ip")
"""Names of headers that a proxy adds: with any of them the asker is not who the socket says."""

LEAST_FREE = 8 << 20
"""Bytes of disk below which nothing can be relied on to be saved."""

READY_WORDS = {
    "disk_full": "its disk is full",
    "read_only": "can only be read",
    "no_permission": "may not be opened",
    "no_file": "is missing",
    "disk_broken": "its disk reports errors",
    "damaged": "is damaged",
    "no_entry": "does not let us in",
    "busy": "is busy",
    "crowded": "takes no more connections",
}


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"live": True})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Each part that work needs: `ok`, or in plain words why not (then 503)."""
    parts = {"disk": _disk()}
    try:
        parts |= {"database": _database(), "migrations": _migrations(), "worker": _worker()}
    except (DatabaseError, InterfaceError) as fault:
        trouble = READY_WORDS.get(trouble_of(fault), "does not answer")
        parts["database"] = f"{trouble} ({type(fault).__name__})"
    ready = all(state == "ok" for state in parts.values())
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)


@never_cache
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Prometheus' page, for this machine or for who holds the token."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        allowed = hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    else:
        allowed = _from_this_machine(request)
    if not allowed:
        return HttpResponse(
            "metrics are not for everybody\n", status=403, content_type="text/plain"
        )
    return HttpResponse(metrics.page(), content_type=metrics.CONTENT_TYPE)


def _from_this_machine(request: HttpRequest) -> bool:
    """Whether this machine itself asks, and nobody through a proxy on it.

    An installation whose base address is another than this machine's stands behind a proxy, and a
    socket without an address is one's: then only the token opens.
    """
    return (
        _loopback(urlsplit(settings.BASE_URL).hostname or "")
        and _loopback(request.META.get("REMOTE_ADDR", ""))
        and not any(PASSED_ON.match(name.lower()) for name in request.headers)
    )


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _disk() -> str:
    """Whether the home can be written to, without writing."""
    try:
        found = os.statvfs(settings.ANMIN_HOME)
    except OSError as fault:
        return f"cannot be looked at ({fault.strerror})"
    if found.f_flag & os.ST_RDONLY:
        return "can only be read"
    if not os.access(settings.ANMIN_HOME, os.W_OK):
        return "may not be written to"
    free = found.f_bavail * found.f_frsize
    return "ok" if free >= LEAST_FREE else f"full: {free >> 20} MB left"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return "ok"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(waiting)} not applied: run `anmin init`" if waiting else "ok"


def _worker() -> str:
    beat = newest_beat()
    if beat is None:
        return "has never run: start `anmin worker`"
    silent = timezone.now() - beat
    return "ok" if silent < LATE_BEAT else f"not heard of for {int(silent.total_seconds())} seconds"
