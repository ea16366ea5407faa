"""Traces: which request or job took how long, sent to a collector when one is named.

Needs the extra `tracing`. Spans carry the name of the address or job, the method and the status,
never a path, a query or anything personal; a proxy's `traceparent` is taken up, and the trace's
id stands in every log line.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from django.conf import settings

from anmin.kernel.errors import Unavailable

Tell = Callable[..., None]
"""Adds attributes to the span; `name=` renames it."""

_tracer: Any = None


def start(exporter: Any = None) -> None:
    """Begin tracing in this process, if a collector is named (or an exporter given).

    Raises:
        Unavailable: a collector is named and the extra `tracing` is not installed.
    """
    global _tracer
    address = settings.ENVIRONMENT.anmin_traces_url
    if exporter is None and address is None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise Unavailable("ANMIN_TRACES_URL needs Anmin's extra `tracing`") from None
    provider = TracerProvider(resource=Resource.create({"service.name": "anmin"}))
    provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter(endpoint=address)))
    _tracer = provider.get_tracer("anmin")


def flush() -> None:
    """Send what is waiting."""
    if _tracer is not None:
        _tracer.span_processor.force_flush()


@contextmanager
def span(name: str, headers: Mapping[str, str] | None = None) -> Iterator[Tell]:
    """Trace what happens inside; `headers` may name the trace that it belongs to."""
    if _tracer is None:
        yield _silent
        return
    from opentelemetry.trace import SpanKind, format_trace_id
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier = {key.lower(): value for key, value in (headers or {}).items()}
    with _tracer.start_as_current_span(
        name,
        context=TraceContextTextMapPropagator().extract(carrier),
        kind=SpanKind.SERVER if headers is not None else SpanKind.INTERNAL,
    ) as current:
        trace = format_trace_id(current.get_span_context().trace_id)

        def tell(*, name: str | None = None, **attributes: str | int) -> None:
            if name:
                current.update_name(name)
            current.set_attributes(attributes)

        with structlog.contextvars.bound_contextvars(trace_id=trace):
            yield tell


def _silent(**_: object) -> None:
    """What `span` gives when nobody traces."""
