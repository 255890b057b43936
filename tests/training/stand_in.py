"""Trains without Rasa: a model of a few bytes, answers made up as the environment says. ``python -m tests.training.stand_in``.

``STAND_IN`` is a JSON object: ``pause`` seconds for each step, ``wrong`` words whose questions are answered wrongly, ``die`` the
step at which it kills itself, ``fail`` a sentence to fail with, ``log`` a file that gets a line for every step, ``stubborn`` when it cannot learn without a full training.
"""
from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

from bot.training import child
from bot.training.assessment import Answered, Assessment, Probe, Turn


class StandIn:
    """Implements bot.training.run.Tools."""

    latest = staticmethod(dict)
    """Wishes that came after the start: a warm process learns them with its job."""

    def __init__(self, **wishes):
        self.wishes = {"pause": 0.0, "wrong": [], "die": "", "fail": "", "log": "", "stubborn": False, **wishes}

    def prepare(self):
        self._at("prepare")

    def rehearse(self, interrupted):
        pass

    def train(self, folder, tell):
        self.wishes.update(self.latest())
        tell("train", 0.3, "小网络")
        self._at("train")
        if self.wishes["fail"]:
            raise RuntimeError(self.wishes["fail"])
        model = Path(folder) / "model.tar.gz"
        model.write_bytes(b"model " + os.urandom(16))
        return model

    def learn(self, lesson, base, folder, tell):
        self.wishes.update(self.latest())
        self._at("learn")
        if self.wishes["stubborn"]:
            return None
        model = Path(folder) / "model.tar.gz"
        model.write_bytes(b"learned " + os.urandom(16))
        return model

    def examine(self, model, base, questions, tell):
        tell("examine", 0.5, f"{len(questions.rows)} 句")
        self._at("examine")

        def bad(text):
            return any(word in text for word in self.wishes["wrong"])

        return Assessment(
            [Answered(q, right, ["chitchat"] if bad(q) else right[:1], 0.9, kind) for kind, q, right in questions.rows],
            [Probe(faq, wording, "" if bad(wording) else faq, fresh) for faq, wording, fresh in questions.probes],
            [Turn(d["id"], n, t.get("say") or t["press"]) for d in questions.dialogues for n, t in enumerate(d["turns"], 1)],
        )

    def _at(self, step):
        if self.wishes["log"]:
            with open(self.wishes["log"], "a") as log:
                log.write(step + "\n")
        if self.wishes["die"] == step:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(self.wishes["pause"])


def wishes():
    """Also from a file, which a test can change while the service runs."""
    path = os.environ.get("STAND_IN_FILE", "")
    raw = Path(path).read_text() if path and os.path.exists(path) else os.environ.get("STAND_IN", "{}")
    return json.loads(raw)


if __name__ == "__main__":
    child.give_way = lambda nice: None  # nobody is served meanwhile
    StandIn.latest = staticmethod(lambda: {"wrong": [], "pause": 0.0, "fail": "", "stubborn": False, **wishes()})
    sys.exit(child.main(StandIn(**wishes())))
