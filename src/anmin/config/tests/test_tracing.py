"""Traces say what took how long, and nothing personal."""

from typing import Any

import pytest
from django.test import Client
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from anmin.config import tracing
from anmin.kernel.errors import Unavailable

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    monkeypatch.setattr(tracing, "_tracer", None)  # put back afterwards
    exporter = InMemorySpanExporter()
    tracing.start(exporter)
    return exporter


def test_a_request_is_traced_by_the_name_of_its_address(
    client: Client, collector: InMemorySpanExporter, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    client.get("/language/setlang/?phone=13857712345", headers=headers)
    tracing.flush()
    (span,) = collector.get_finished_spans()
    assert span.name == "set_language"
    assert f"{span.context.trace_id:032x}" == TRACE
    assert dict(span.attributes or {}) == {"method": "GET", "status": 302}
    assert "13857712345" not in span.to_json()


def test_without_a_collector_nothing_is_traced(client: Client) -> None:
    assert client.get("/healthz").status_code == 200
    with tracing.span("job") as tell:
        tell(name="other", status=1)
    assert tracing._tracer is None


def test_a_collector_without_the_extra_is_told_at_the_start(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.sdk.trace", None)
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(
        update={"anmin_traces_url": "http://collector:4318/v1/traces"}
    )
    with pytest.raises(Unavailable, match="extra"):
        tracing.start()
    assert tracing._tracer is None
