"""A teacher draws questions to their topics; its adapter fits the base model."""
from __future__ import annotations

import re

from bot.nlu.encoder import base_model, build
from bot.nlu.topic_model import Example
from bot.training.encoder.adapt import Recipe, adapt
from bot.training.encoder.adapter import Adapter

QUESTIONS = {"公积金怎么提取": "提取", "租房能提取吗": "提取", "提取要什么材料": "提取", "贷款能贷多少": "贷款", "买房怎么贷款": "贷款", "贷款要什么材料": "贷款"}


def test_the_loss_falls_and_the_adapter_is_kept(base, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(base_model, "read", lambda path: base)
    monkeypatch.setattr(build, "kept", lambda base: list(range(len(base.pieces))))
    examples = [Example(text, f"home_{topic}", "how", topic) for text, topic in QUESTIONS.items()] * 5
    adapt(examples, Recipe(rank=2, epochs=60, batch=10, rate=1e-2, noisy=0.0), tmp_path / "adapter.npz")
    losses = [float(found) for found in re.findall(r"损失 ([\d.]+)", capsys.readouterr().err)]
    assert len(losses) == 4 and losses[-1] < 0.9 * losses[0]
    merged = Adapter.load(tmp_path / "adapter.npz").merged(base.layers)
    assert any((new["v.w"] != old["v.w"]).any() for new, old in zip(merged, base.layers))
