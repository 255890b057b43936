"""``./gjj train``: check content → train → evaluate on held-out questions → publish, or refuse and say why."""
from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Dict, List

from bot.knowledge.base import load
from bot.knowledge.check import check
from bot.knowledge.errors import ContentError
from bot.settings import ROOT, Settings

from . import evaluate
from .releases import ReleaseError, Releases

HELD_OUT = ROOT / "tests" / "questions"
GATE_TOP1 = 0.75
"""A model below this on the held-out questions is not published, whatever was in service before."""
GATE_DROP = 0.03
"""Nor one that is worse than the release in service by more than this."""
NLU_PATHS = ("data/nlu", "data/rules", "data/stories")


def step(number: int, what: str) -> None:
    """Progress for the person who waits."""
    print(f"[{number}/4] {what}", file=sys.stderr, flush=True)


def main(arguments: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="./gjj train", description="检查内容、训练、检验、发布")
    parser.add_argument("--no-publish", action="store_true", help="只训练和检验，不发布")
    args = parser.parse_args(arguments)
    settings = Settings.from_env()
    started = time.monotonic()

    step(1, "检查内容")
    try:
        base = load()
        problems = check(base)
    except ContentError as error:
        problems = error.problems
    if problems:
        for problem in problems:
            print(problem, file=sys.stderr)
        print(f"内容有 {len(problems)} 处要改，没有训练。", file=sys.stderr)
        return 1

    step(2, f"训练（{len(base.cards)} 个事项、{len(base.faqs)} 个常见问题；第一次要两三分钟，之后约一分钟）")
    with tempfile.TemporaryDirectory(prefix="gjj-train-") as folder:
        model = _train(Path(folder), settings)
        step(3, "用没有训练过的问句检验")
        rows = [row for path in sorted(HELD_OUT.glob("*.tsv")) for row in evaluate.read(path, base)]
        nlu = evaluate.Parser(model)
        scores, _ = evaluate.score(rows, [nlu.topics(base, row.question) for row in rows], base)
        print("      " + scores.line(), file=sys.stderr)
        releases = Releases(settings.releases_dir)
        refusal = _refusal(scores, releases)
        if refusal:
            print(refusal, file=sys.stderr)
            return 1
        if args.no_publish:
            print("检验通过（按要求没有发布）。", file=sys.stderr)
            return 0
        step(4, "发布")
        metrics: Dict[str, float] = {k: round(v, 4) for k, v in scores.__dict__.items() if k != "n"}
        release = releases.publish(model, metrics, {"事项": len(base.cards), "常见问题": len(base.faqs), "检验问句": scores.n})
    print(f"已发布版本 {release.id}，用时 {time.monotonic() - started:.0f} 秒；正在运行的系统几秒内就会用上。", file=sys.stderr)
    return 0


def _train(folder: Path, settings: Settings) -> Path:
    # Rasa's cache knows nothing of changed component code; a stale model is worse than a minute of training.
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    os.environ["OMP_NUM_THREADS"] = str(os.cpu_count() or 1)  # nothing else runs in this process
    os.environ["LOG_LEVEL"] = "ERROR"  # Rasa's progress bars of the dialogue policies last milliseconds each
    from bot.quiet import quiet_libraries

    quiet_libraries()
    from rasa.engine.training.hooks import TrainingHook
    from rasa.model_training import train

    # With its cache switched off, Rasa would still fingerprint every message after every component: half of the time.
    TrainingHook.on_before_node = lambda self, *args, **kwargs: {}  # type: ignore[method-assign]
    TrainingHook.on_after_node = lambda self, *args, **kwargs: None  # type: ignore[method-assign]

    result = train(
        domain=str(ROOT / "domain.yml"),
        config=str(ROOT / "config.yml"),
        training_files=[str(ROOT / path) for path in NLU_PATHS],
        output=str(folder),
        force_training=True,
        fixed_model_name="model",
    )
    if result.code != 0 or not result.model:
        raise SystemExit("训练没有成功，上面的信息说明了原因。")
    return Path(result.model)


def _refusal(scores: evaluate.Scores, releases: Releases) -> str:
    """Why the model must not be published; empty when it may."""
    if scores.top1 < GATE_TOP1:
        return f"没有发布：检验问句只答对 {scores.top1:.1%}，门槛是 {GATE_TOP1:.0%}。原来的版本照常使用。"
    current = releases.current_id()
    try:
        before = releases.get(current).metrics.get("top1", 0.0) if current else 0.0
    except ReleaseError:
        before = 0.0  # the release in service is broken: this one is the way out
    if scores.top1 < before - GATE_DROP:
        return f"没有发布：答对 {scores.top1:.1%}，比在用的版本（{before:.1%}）差得太多。原来的版本照常使用。"
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
