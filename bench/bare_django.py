"""Bare Django, for reference: a list of 50 from one table, and three inserts a request.

Served by the same server with the same processes and threads as Anmin; nothing else around it.
"""

import os
import uuid
from pathlib import Path

from django.conf import settings

HOME = Path(os.environ.get("BARE_HOME", "."))
if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        SECRET_KEY="bare",
        USE_TZ=True,
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": HOME / "bare.sqlite3",
                "CONN_MAX_AGE": None,
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "timeout": 30,
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
                },
            }
        },
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [
                        (
                            "django.template.loaders.locmem.Loader",
                            {
                                "list.html": "<table>{% for row in rows %}<tr><td>{{ row.id }}</td>"
                                "<td>{{ row.number }}</td><td>{{ row.text }}</td></tr>"
                                "{% endfor %}</table>"
                            },
                        )
                    ]
                },
            }
        ],
    )
    import django

    django.setup()

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


class Row(models.Model):
    """One line."""

    number = models.CharField(max_length=40)
    text = models.CharField(max_length=200)

    class Meta:
        app_label = "bare"


def show(request: HttpRequest) -> HttpResponse:
    """A list of 50."""
    return render(request, "list.html", {"rows": Row.objects.order_by("-id")[:50]})


def write(_request: HttpRequest) -> HttpResponse:
    """Three inserts in one transaction."""
    with transaction.atomic():
        for _ in range(3):
            Row.objects.create(number=uuid.uuid4().hex, text="x" * 80)
    return HttpResponse("ok")


urlpatterns = [path("list", show), path("write", write)]
application = WSGIHandler()


def prepare() -> None:
    """Make the table with 100,000 rows."""
    with connection.schema_editor() as editor:
        editor.create_model(Row)
    Row.objects.bulk_create(
        [Row(number=f"N{n}", text="x" * 80) for n in range(100_000)], batch_size=5000
    )
