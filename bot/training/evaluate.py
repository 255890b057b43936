"""``./gjj eval FILE.tsv [--json]``: how well questions are understood, on the release in service.

Columns ``question``, ``topic``, ``also`` (comma-separated further right topics; may be absent); rows whose topic is
``unusable`` are skipped. Own held-out files (``question``, ``home``, ``aspect``) are read too: home gives the topic.
"""
from __future__ import annotations

import argparse
import asyncio
import collections
import csv
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Sequence, Set, Tuple

import msgspec

from bot.knowledge.base import KnowledgeBase, load
from bot.settings import ROOT, Settings

from .reliability import calibration_error, reliability

if TYPE_CHECKING:
    from actions.understanding import Reading

REJECTED = ("out_of_scope", "chitchat")


@dataclass(frozen=True)
class Row:
    """A question and every topic that is right for it; ``topic`` is the first choice."""

    question: str
    topic: str
    right: Set[str]


@dataclass(frozen=True)
class Scores:
    """Shares 0–1; ``n`` rows counted. ``false_reject``: fund questions turned away."""

    n: int
    top1: float
    top3: float
    group: float
    oos_recall: float
    false_reject: float

    def line(self) -> str:
        return (
            f"n={self.n} top1={self.top1:.3f} top3={self.top3:.3f} group={self.group:.3f} "
            f"oos_recall={self.oos_recall:.3f} false_reject={self.false_reject:.3f}"
        )


def read(path: Path, base: KnowledgeBase) -> List[Row]:
    """Rows of ``path``; raises ValueError naming the missing column or the line with an unknown topic."""
    homes = {*base.cards, *base.faqs, *_intents()}
    with path.open(encoding="utf-8-sig", newline="") as f:
        table = csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)
        columns = set(table.fieldnames or ())
        if "question" not in columns or not columns & {"topic", "home"}:
            raise ValueError(f"{path}：第一行要有 question 和 topic 两列（制表符分隔）")
        rows = []
        for number, line in enumerate(table, 2):
            if "home" in columns:
                if line["home"] not in homes:
                    raise ValueError(f"{path} 第 {number} 行：不认识的事项、常见问题或意图 {line['home']}")
                topic = home_topic(base, line["home"], line.get("aspect") or "")
            else:
                topic = (line["topic"] or "").strip()
            if topic == "unusable":
                continue
            also = {t.strip() for t in (line.get("also") or "").split(",") if t.strip()}
            for name in {topic} | also:
                if name not in base.topics.topics:
                    raise ValueError(f"{path} 第 {number} 行：不认识的主题 {name}")
            rows.append(Row(line["question"], topic, {topic} | also))
    return rows


def _intents() -> Set[str]:
    domain = msgspec.yaml.decode((ROOT / "domain.yml").read_bytes())
    return {str(name) for name in domain["intents"]}


def home_topic(base: KnowledgeBase, home: str, aspect: str) -> str:
    """Topic of a held-out row that names a home: card code, FAQ id or intent."""
    from actions.understanding import INTENT, topic_of

    return topic_of(base, home if home in base.cards or home in base.faqs else INTENT + home, aspect or "overview")


def score(rows: Sequence[Row], predicted: Sequence[List[str]], base: KnowledgeBase) -> Tuple[Scores, List[Tuple[Row, List[str]]]]:
    """Scores and the misses (row, predicted topics)."""
    groups = {name: topic.group for name, topic in base.topics.topics.items()}
    hit1 = [bool(p) and p[0] in r.right for r, p in zip(rows, predicted)]
    hit3 = [bool(r.right & set(p[:3])) for r, p in zip(rows, predicted)]
    group = [bool(p) and groups[p[0]] in {groups[t] for t in r.right} for r, p in zip(rows, predicted)]
    outside = [i for i, r in enumerate(rows) if r.topic in REJECTED and not r.right - set(REJECTED)]
    inside = [i for i, r in enumerate(rows) if r.topic not in REJECTED and "out_of_scope" not in r.right]
    rejected = [not p or p[0] in REJECTED for p in predicted]
    return (
        Scores(
            len(rows), _share(hit1), _share(hit3), _share(group),
            _share([rejected[i] for i in outside]), _share([rejected[i] for i in inside]),
        ),
        [(r, p) for r, p, ok in zip(rows, predicted, hit1) if not ok],
    )


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


class Parser:
    """The NLU of one model file, for evaluation without a server."""

    def __init__(self, model: Path):
        from bot.quiet import quiet_libraries

        quiet_libraries()
        from rasa.core.agent import Agent

        self._agent = Agent()
        self._agent.load_model(str(model))

    def readings(self, base: KnowledgeBase, question: str) -> "List[Reading]":
        """What the assistant would act on, best first."""
        from actions.understanding import Understanding, decide

        parsed = asyncio.run(self.parsed(question))
        understanding = Understanding.from_message(base, parsed.get("understanding", {}), None)
        return decide(understanding)

    async def parsed(self, question: str) -> "Dict[str, Any]":
        """What Rasa makes of the question."""
        parsed: Dict[str, Any] = await self._agent.parse_message(question.lstrip("/／ ") or "…")
        return parsed

    def topics(self, base: KnowledgeBase, question: str) -> List[str]:
        """Topics that the assistant would answer under, best first."""
        return [reading.topic for reading in self.readings(base, question)]


def main(arguments: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="./gjj eval", description="用标注好的问句检验理解得准不准")
    parser.add_argument("file", type=Path, nargs="+", help="制表符分隔的文件：question、topic、also")
    parser.add_argument("--json", action="store_true", help="输出 JSON（含每一个答错的问句）")
    parser.add_argument("--model", type=Path, help="不用在用的版本，而用这个模型文件")
    parser.add_argument("--worst", type=int, default=12, help="列出几种最常见的混淆")
    parser.add_argument("--reliability", action="store_true", help="列出各档把握里答对多少")
    args = parser.parse_args(arguments)

    from .releases import ReleaseError, Releases

    base = load()
    try:
        rows = [row for path in args.file for row in read(path, base)]
        releases = Releases(Settings.from_env().releases_dir)
        ident = releases.current_id()
        if args.model is None and ident is None:
            raise ReleaseError("还没有训练好的版本，请先运行 ./gjj train")
        model = args.model or releases.model_path(ident)  # type: ignore[arg-type]
    except (OSError, ValueError, ReleaseError) as error:
        print(error, file=sys.stderr)
        return 2
    nlu = Parser(model)
    readings = [nlu.readings(base, row.question) for row in rows]
    scores, misses = score(rows, [[r.topic for r in found] for found in readings], base)
    if args.json:
        detail = [{"question": r.question, "right": sorted(r.right), "predicted": p[:3]} for r, p in misses]
        print(json.dumps({**scores.__dict__, "misses": detail}, ensure_ascii=False, indent=1))
        return 0
    print(scores.line())
    confusions: Dict[Tuple[str, str], List[str]] = collections.defaultdict(list)
    for row, topics in misses:
        confusions[row.topic, topics[0] if topics else "（没有）"].append(row.question)
    for (wanted, got), questions in sorted(confusions.items(), key=lambda item: -len(item[1]))[: args.worst]:
        print(f"{len(questions):3d} × 应为 {wanted}，答成 {got}：{questions[0][:40]}")
    if args.reliability:
        bins = reliability([(found[0].score, found[0].topic in row.right) for row, found in zip(rows, readings) if found])
        for b in bins:
            print(f"把握 {b.low:.1f}–{b.high:.1f}：{b.n:4d} 句，平均把握 {b.confidence:.2f}，答对 {b.right:.2f}")
        print(f"把握的平均偏差 {calibration_error(bins):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
