"""Spans for a collector that speaks OTLP, so that one request can be followed through gateway, worker and actions.

Off until :func:`start`: OpenTelemetry's exporter is then not even imported, and a span costs one call. A span holds the names
of our own code, numbers, and the request id; nothing that a citizen wrote, no conversation and no message of an exception,
which may quote one.
"""
from __future__ import annotations

import os
import socket
import threading
from typing import Any, Dict, Mapping, Optional

REQUEST_ID = "gjj.request_id"
"""Attribute with the id under which the logs tell of the same request."""
STOP_SECONDS = 2.0
"""What is still to be sent when the process ends gets so long; a collector that is away holds up nobody."""
EXPORT_SECONDS = 5
_SIGNAL_PATH = "/v1/traces"


class Span:
    """One span; this class itself is the span of a process that does not trace."""

    def __enter__(self) -> "Span":
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        pass

    def set(self, name: str, value: Any) -> None:
        """Add an attribute."""

    def failed(self, reason: str) -> None:
        """Mark as failed; ``reason`` is a code of ours or the name of a class, never a message."""

    def headers(self) -> Dict[str, str]:
        """W3C headers with which another process continues under this span; none when nobody traces."""
        return {}


Attributes = Mapping[str, Any]
_PARENT = ("traceparent", "tracestate")
_NONE = Span()
_NOTHING: Attributes = {}
_provider: Any = None


def start(service: str, endpoint: str, percent: int = 100) -> None:
    """Send the spans of this process to the collector at ``endpoint`` (http://host:4318), those of ``percent`` of the requests
    that begin here. An empty ``endpoint`` means that nobody collects."""
    if not endpoint:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    collect(service, BatchSpanProcessor(OTLPSpanExporter(endpoint.rstrip("/") + _SIGNAL_PATH, timeout=EXPORT_SECONDS)), percent)


def collect(service: str, processor: Any, percent: int = 100) -> None:
    """Give the spans of this process to ``processor``, an OpenTelemetry span processor."""
    global _provider
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

    about = Resource.create({"service.name": service, "service.instance.id": f"{socket.gethostname()}/{os.getpid()}"})
    _provider = TracerProvider(ParentBased(TraceIdRatioBased(percent / 100)), about, shutdown_on_exit=False)
    _provider.add_span_processor(processor)


def stop() -> None:
    """Send what is left, for :data:`STOP_SECONDS` at most, and trace no more."""
    global _provider
    provider, _provider = _provider, None
    if provider is not None:
        ending = threading.Thread(target=provider.shutdown, daemon=True)
        ending.start()
        ending.join(STOP_SECONDS)


def span(name: str, attributes: Attributes = _NOTHING) -> Span:
    """Work inside the current span; outside of any request it is not followed. It has to end in the task in which it began:
    not for a block that yields to others."""
    return _NONE if _provider is None or not _is_inside() else _begin(name, "INTERNAL", attributes)


def serving(name: str, headers: Attributes = _NOTHING, attributes: Attributes = _NOTHING) -> Span:
    """A request from outside: continues what ``headers`` tell of, or begins anew. Whether it failed, its status decides."""
    return _NONE if _provider is None else _begin(name, "SERVER", attributes, headers)


def calling(name: str, attributes: Attributes = _NOTHING) -> Span:
    """A call to another process, with :meth:`Span.headers`. It never is the current span, so a block that yields may use it."""
    return _NONE if _provider is None else _begin(name, "CLIENT", attributes)


def _is_inside() -> bool:
    from opentelemetry.trace import get_current_span

    return bool(get_current_span().get_span_context().is_valid)


def _begin(name: str, kind: str, attributes: Attributes, headers: Optional[Attributes] = None) -> Span:
    from opentelemetry.context import Context
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    above = None
    if headers is not None:
        # An empty context, not the current one: this task may have been begun by another request.
        told = {part: headers[part] for part in _PARENT if part in headers}
        above = TraceContextTextMapPropagator().extract(told, Context())
    return _Recorded(_provider.get_tracer("gjj").start_span(name, above, SpanKind[kind], attributes), kind)


class _Recorded(Span):
    """A span of OpenTelemetry."""

    def __init__(self, begun: Any, kind: str) -> None:
        self._span = begun
        self._kind = kind
        self._token: Any = None
        self._judged = kind == "SERVER"

    def __enter__(self) -> Span:
        if self._kind != "CLIENT":
            from opentelemetry import context, trace

            self._token = context.attach(trace.set_span_in_context(self._span))
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if self._token is not None:
            from opentelemetry import context

            context.detach(self._token)
        if not self._judged and kind is not None and issubclass(kind, Exception):
            self.failed(kind.__name__)
        self._span.end()

    def set(self, name: str, value: Any) -> None:
        self._span.set_attribute(name, value)

    def failed(self, reason: str) -> None:
        from opentelemetry.trace import Status, StatusCode

        self._judged = True
        self._span.set_attribute("error.type", reason)
        self._span.set_status(Status(StatusCode.ERROR))

    def headers(self) -> Dict[str, str]:
        from opentelemetry.trace import set_span_in_context
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        found: Dict[str, str] = {}
        TraceContextTextMapPropagator().inject(found, set_span_in_context(self._span))
        return found
