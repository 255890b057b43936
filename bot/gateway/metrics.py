"""Counters for Prometheus. No label ever holds anything a citizen wrote."""
from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """One registry per application, so that tests can build many."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("gjj_http_requests_total", "HTTP requests", ["method", "route", "status"],
                                registry=self.registry)
        self.seconds = Histogram("gjj_http_request_seconds", "Seconds per HTTP request", ["route"],
                                 registry=self.registry,
                                 buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20))
        self.messages = Counter("gjj_messages_total", "Citizen messages by transport and outcome",
                                ["transport", "outcome"], registry=self.registry)
        self.worker_failures = Counter("gjj_worker_failures_total", "Calls to a worker that failed",
                                       ["worker", "reason"], registry=self.registry)
        self.in_flight = Gauge("gjj_messages_in_flight", "Messages waiting for a worker", registry=self.registry)
        self.connections = Gauge("gjj_connections_open", "Open client connections", registry=self.registry)
        self.connections_refused = Counter(
            "gjj_connections_refused_total", "Connections closed for want of places: address, full, idle", ["reason"],
            registry=self.registry)
        self.websockets = Gauge("gjj_websockets_open", "Open WebSocket connections", registry=self.registry)
        self.sessions = Counter("gjj_sessions_total", "Sessions created", registry=self.registry)
        self.erasures = Counter("gjj_erasures_total", "Conversations erased by citizens", registry=self.registry)
        self.feedback = Counter("gjj_feedback_total", "Thumbs on replies", ["score"], registry=self.registry)
        self.ratings = Counter("gjj_ratings_total", "Stars given to a conversation", ["stars"],
                               registry=self.registry)
