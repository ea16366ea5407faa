"""Machines that watch the installation learn what works and what does not."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from anmin.config import health
from anmin.config.models import Heartbeat, JobLease

pytestmark = pytest.mark.django_db


def test_the_process_lives(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"live": True}


def test_ready_needs_a_worker_that_was_heard_of(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "disk": "ok",
        "database": "ok",
        "migrations": "ok",
        "worker": "has never run: start `anmin worker`",
    }
    beat = Heartbeat.objects.create(worker="host:1:a", beat_at=timezone.now())
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    beat.beat_at = timezone.now() - timedelta(seconds=90)
    beat.save()
    with time_machine.travel(beat.beat_at + timedelta(seconds=90), tick=False):
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["worker"]) == (503, "not heard of for 90 seconds")


def test_ready_tells_of_migrations_that_wait(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'config'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["migrations"] == "1 not applied: run `anmin init`"


def test_ready_tells_of_a_database_that_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> str:
        raise OperationalError("connection refused by 10.0.0.7")

    monkeypatch.setattr(health, "_database", away)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "disk": "ok",
        "database": "does not answer (OperationalError)",
    }


def test_metrics_count_requests_by_the_name_of_the_address(client: Client) -> None:
    client.get("/healthz")
    JobLease.objects.create(job="test.job", failures=3, finished_at=timezone.now())
    page = client.get("/metrics").content.decode()
    assert 'anmin_requests_total{method="GET",status="200",view="healthz"}' in page
    assert 'anmin_request_seconds_bucket{le="0.1",view="healthz"}' in page
    assert 'anmin_job_failures{job="test.job"} 3.0' in page
    assert 'anmin_job_backlog{job="config.queued_tasks"} 0.0' in page


def test_metrics_are_for_this_machine_or_for_the_token(client: Client, settings: Any) -> None:
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.9").status_code == 403
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
    settings.METRICS_TOKEN = "a token"
    assert client.get("/metrics").status_code == 403
    known = {"Authorization": "Bearer a token"}
    assert client.get("/metrics", headers=known, REMOTE_ADDR="10.0.0.9").status_code == 200
    for wrong in ("", "Bearer ", "Bearer a tokem", "Basic a token", "Bearer é"):
        answer = client.get("/metrics", headers={"Authorization": wrong})
        assert answer.status_code == 403, wrong


@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Prefix",
        "Forwarded",
        "Via",
        "X-Real-IP",
        "X-Client-IP",
        "X-Original-Forwarded-For",
        "X-Proxy-User-IP",
        "True-Client-IP",
        "CF-Connecting-IP",
        "Fastly-Client-IP",
    ],
)
@pytest.mark.parametrize("value", ["", "10.0.0.9", "127.0.0.1"])
def test_metrics_never_open_behind_a_proxy_without_the_token(
    client: Client, settings: Any, header: str, value: str
) -> None:
    assert client.get("/metrics", headers={header: value}).status_code == 403
    settings.METRICS_TOKEN = "a token"
    assert client.get("/metrics", headers={header: value}).status_code == 403
    known = {header: value, "Authorization": "Bearer a token"}
    assert client.get("/metrics", headers=known).status_code == 200


def test_metrics_stay_closed_where_a_proxy_hides_itself(client: Client, settings: Any) -> None:
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 403
    settings.BASE_URL = "https://anmin.example.gov.cn"
    assert client.get("/metrics").status_code == 403
