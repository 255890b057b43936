"""``./gjj eval`` on questions that nobody here wrote or trained on."""
from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT.parent / "shared" / "questions" / "dev.tsv"


@pytest.mark.skipif(not DEV.exists(), reason="the shared questions are not beside this checkout")
def test_real_questions_reach_the_release_gate():
    done = subprocess.run([str(ROOT / "gjj"), "eval", str(DEV), "--json"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    scores = json.loads(done.stdout)
    assert scores["n"] == 243
    assert scores["top1"] >= 0.80 and scores["top3"] >= 0.90 and scores["false_reject"] <= 0.05
