"""What a process traces, caught before it leaves: see :mod:`bot.tracing`."""
from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bot import tracing


class Caught:
    """Spans that ended, in the order they ended."""

    def __init__(self, exporter):
        self._exporter = exporter

    @property
    def finished(self):
        return list(self._exporter.get_finished_spans())

    def tree(self):
        """``(name, attributes, children)`` of every span that nothing here is above of, each level in the order of beginning."""
        spans = sorted(self.finished, key=lambda span: span.start_time)
        known = {span.context.span_id for span in spans}

        def below(parent):
            return [(span.name, dict(span.attributes), below(span.context.span_id)) for span in spans
                    if (span.parent.span_id if span.parent and span.parent.span_id in known else None) == parent]

        return below(None)

    def everything(self):
        """All that would be sent, as one text."""
        return "\n".join(span.to_json() for span in self.finished)


@contextmanager
def caught(percent=100):
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    tracing.collect("gjj-test", SimpleSpanProcessor(exporter), percent)
    try:
        yield Caught(exporter)
    finally:
        tracing.stop()


class Collector:
    """A collector on this machine that keeps what it is sent: ``sent`` are ``(service, [span names])`` in the order they came."""

    def __init__(self, status=200):
        self.sent, self.paths = [], []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

                found = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
                collector.paths.append(self.path)
                for resource in found.resource_spans:
                    about = {one.key: one.value.string_value for one in resource.resource.attributes}
                    collector.sent.append((about["service.name"], [span.name for scope in resource.scope_spans for span in scope.spans]))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def send_one(address):
    """One span of a process that starts, works and ends."""
    tracing.start("gjj-worker", address)
    with tracing.serving("work"):
        pass
    tracing.stop()
