"""Counters for Prometheus; docs/monitoring.md says what each is for. No label ever holds anything a citizen wrote."""
from __future__ import annotations

from typing import Any, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

STAGES = ("queue", "turn", "read", "dialogue")
"""Where the seconds of a message go: waiting here for a worker, then the worker's own (bot.worker.stages)."""
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)


class Metrics:
    """One registry per application, so that tests can build many."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("gjj_http_requests_total", "HTTP requests", ["method", "route", "status"],
                                registry=self.registry)
        self.seconds = Histogram("gjj_http_request_seconds", "Seconds per HTTP request", ["route"],
                                 registry=self.registry, buckets=_SECONDS)
        self.messages = Counter("gjj_messages_total", "Citizen messages by transport and outcome",
                                ["transport", "outcome"], registry=self.registry)
        self.worker_failures = Counter("gjj_worker_failures_total", "Calls to a worker that failed",
                                       ["worker", "reason"], registry=self.registry)
        self.in_flight = Gauge("gjj_messages_in_flight", "Messages here, waiting or being answered", registry=self.registry)
        self.waiting = Gauge("gjj_messages_waiting", "Messages waiting for a free worker", registry=self.registry)
        self.refused = Counter("gjj_messages_refused_total", "Messages refused because the wait would have been too long",
                               registry=self.registry)
        self.stages = Histogram("gjj_stage_seconds", "Seconds of a message by stage", ["stage"], registry=self.registry,
                                buckets=_SECONDS)
        self.worker_up = Gauge("gjj_worker_up", "Whether the worker would answer now", ["worker"], registry=self.registry)
        self.worker_in_hand = Gauge("gjj_worker_messages_in_hand", "Messages the worker is answering", ["worker"],
                                    registry=self.registry)
        self.worker_beat = Gauge("gjj_worker_beat_seconds", "Seconds since the worker's event loop last ran", ["worker"],
                                 registry=self.registry)
        self.worker_memory = Gauge("gjj_worker_resident_bytes", "Memory of the worker", ["worker"], registry=self.registry)
        self.worker_cpu = Gauge("gjj_worker_cpu_seconds", "CPU time of the worker since it started", ["worker"],
                                registry=self.registry)
        self.worker_release = Gauge("gjj_worker_release_info", "Release the worker answers with", ["worker", "release"],
                                    registry=self.registry)
        self.redis_up = Gauge("gjj_redis_up", "Whether Redis answered when this page was made", registry=self.registry)
        self.redis_memory = Gauge("gjj_redis_used_bytes", "Memory Redis uses", registry=self.registry)
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
        self.trainer_up = Gauge("gjj_trainer_up", "Whether a trainer is there to take trainings", registry=self.registry)
        self.training = Gauge("gjj_training_running", "Whether a training waits or runs", registry=self.registry)
        self.training_good = Gauge("gjj_training_last_good", "Whether the last training ended with a release that passed",
                                   registry=self.registry)
        self.training_ended = Gauge("gjj_training_last_ended_seconds", "When the last training ended, seconds since 1970",
                                    registry=self.registry)
        ProcessCollector(registry=self.registry)

    def timed(self, stages: Mapping[str, float]) -> None:
        """Count seconds by stage; what is no stage is no metric, whatever a worker says."""
        for name in STAGES:
            if isinstance(stages.get(name), (int, float)):
                self.stages.labels(name).observe(stages[name])

    def saw_worker(self, worker: str, report: Mapping[str, Any]) -> None:
        """What the worker said of itself (bot.worker.health), or ``{"ready": False}``."""
        self.worker_up.labels(worker).set(bool(report.get("ready")))
        for gauge, name in ((self.worker_in_hand, "in_hand"), (self.worker_beat, "beat_seconds"),
                            (self.worker_memory, "resident_bytes"), (self.worker_cpu, "cpu_seconds")):
            if isinstance(report.get(name), (int, float)):
                gauge.labels(worker).set(report[name])
        if isinstance(report.get("release"), str):
            _drop(self.worker_release, worker)
            self.worker_release.labels(worker, report["release"]).set(1)

    def forget_worker(self, worker: str) -> None:
        """It is no longer one of ours: an alert about it would never end."""
        for gauge in (self.worker_up, self.worker_in_hand, self.worker_beat, self.worker_memory, self.worker_cpu, self.worker_release):
            _drop(gauge, worker)


def _drop(gauge: Gauge, worker: str) -> None:
    for labels in [sample.labels for metric in gauge.collect() for sample in metric.samples if sample.labels.get("worker") == worker]:
        gauge.remove(*labels.values())
