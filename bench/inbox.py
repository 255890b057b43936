"""``./gjj bench inbox``: is the learning inbox right often enough to save work? A replayed day of messages with known topics.

Every question of tests/questions is answered as the first message of a conversation; those that come into the inbox (not
understood, asked back, unsure, declined) are grouped and given their nearest FAQs and cards exactly as the console does.
"""
from __future__ import annotations

import argparse
import asyncio
import sys
import tarfile
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

from actions.happenings import happening
from actions.memory import Memory
from actions.message import Message
from actions.respond import respond
from bench.report import Report
from bot import clock
from bot.content.faqs import FaqDesk
from bot.content.history import History
from bot.content.learning import Learning
from bot.content.library import Library
from bot.knowledge.base import KnowledgeBase, load
from bot.knowledge.grouping import ALIKE, MEANING, Said, features, gathered
from bot.settings import Settings
from bot.state.inbox import Entry, Guess, Inbox, Item
from bot.training.evaluate import REJECTED, Parser, Row, read
from bot.training.releases import ReleaseError, Releases
from bot.training.train import HELD_OUT

DIMENSIONS = 128
Messages = List[Tuple[Row, Item]]


def main(argv: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="./gjj bench inbox", description="待学问题的分组和最接近的条目对不对，用一天的问句重放")
    parser.add_argument("--model", type=Path, help="不用在用的版本，而用这个模型文件")
    parser.add_argument("--compare", action="store_true", help="还比较别的分组办法（只看字、只看模型的猜测、句向量）")
    args = parser.parse_args(argv)
    base = load()
    try:
        model = args.model or _current()
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 2
    rows = [row for path in sorted(HELD_OUT.glob("*.tsv")) for row in read(path, base)]
    every, came = asyncio.run(replay(base, Parser(model), rows))
    fund, asked = ([pair for pair in some if pair[0].topic not in REJECTED] for some in (came, every))
    report = Report("inbox", "待学问题：分组和最接近的条目对不对")
    kinds = Counter(item.entry.kind for _, item in came)
    report.text(f"自有检验问句 {len(rows)} 句当一天的来话，各是一次对话的第一句；进待学问题的 {len(came)} 句"
                f"（{'、'.join(f'{kind} {n}' for kind, n in kinds.most_common())}），其中问公积金的 {len(fund)} 句。")
    report.table(["哪些话", "句", "组", "每组句数", "组内一致", "两句以上的组", "其中一致", "第一个就对", "前三个里有"],
                 [_line(base, name, some) for name, some in (("进待学问题的", came), ("其中问公积金的", fund), ("全部问公积金的句子（都当没答好）", asked))])
    if args.compare:
        report.table(["办法", "界限", "组", "组内一致", "两句以上的组里一致", "合并掉的"], _compare(model, base, fund))
    report.figures.update({"n": len(rows), "came": len(came), **{f"kind_{kind}": n for kind, n in kinds.items()}, "fund": _figures(base, fund), "came_figures": _figures(base, came)})
    report.write()
    return 0


async def replay(base: KnowledgeBase, nlu: Parser, rows: Sequence[Row]) -> Tuple[Messages, Messages]:
    """Every row as a message of the inbox; and those that really come into it."""
    every: Messages = []
    came: Messages = []
    for number, row in enumerate(rows):
        latest: Dict[str, Any] = {**await nlu.parsed(row.question), "message_id": f"m{number}", "metadata": {}}
        memory = Memory()
        message = Message.read(base, memory, latest, clock.today())
        told = happening(f"c{number}", memory, message, latest, respond(base, memory, message), "")
        guesses = [Guess(r.home, r.aspect, r.topic, round(r.score, 3)) for r in message.understanding.readings[:3]]
        item = Item(Entry(told.conversation, told.message, number, told.learn or "unsure", row.question, guesses))
        every.append((row, item))
        if told.learn:
            came.append((row, item))
    return every, came


def grouped(messages: Messages) -> List[List[int]]:
    """As the console groups them, as row numbers."""
    said = _said(messages)
    return gathered(features(said, MEANING), _order(said), ALIKE)


def _figures(base: KnowledgeBase, messages: Messages) -> Dict[str, float]:
    learning = Learning(Inbox(None), FaqDesk(Library(), History(None, "faq")))  # type: ignore[arg-type]
    found = grouped(messages)
    several = [group for group in found if len(group) > 1]
    first = third = judged = 0
    for group in found:
        topics = [target.topic for target in learning.targets(base, [messages[i][1] for i in group])]
        for i in group:
            right = messages[i][0].right - set(REJECTED)
            if right:
                judged += 1
                first += bool(topics) and topics[0] in right
                third += bool(right & set(topics))
    return {
        "messages": len(messages), "groups": len(found), "size": len(messages) / max(1, len(found)), "purity": _purity(messages, found),
        "several": len(several), "purity_several": _purity(messages, several), "top1": first / max(1, judged), "top3": third / max(1, judged),
    }


def _line(base: KnowledgeBase, name: str, messages: Messages) -> List[object]:
    f = _figures(base, messages)
    return [name, f["messages"], f["groups"], f"{f['size']:.1f}", f"{f['purity']:.1%}", f["several"], f"{f['purity_several']:.1%}", f"{f['top1']:.1%}", f"{f['top3']:.1%}"]


def _purity(messages: Messages, found: Sequence[Sequence[int]]) -> float:
    """Share of messages whose topic is the most frequent one of their group."""
    total = sum(map(len, found))
    return sum(Counter(messages[i][0].topic for i in group).most_common(1)[0][1] for group in found) / max(1, total)


def _compare(model: Path, base: KnowledgeBase, messages: Messages) -> List[List[object]]:
    said = _said(messages)
    dense = _dense(model, base, [one.text for one in said])
    half = 0.5 ** 0.5
    guesses = features(said, 1.0)
    ways = {
        "只看字": features(said, 0.0), "只看模型的猜测": guesses, "字和猜测各半": features(said, 0.5), "字三成猜测七成": features(said, 0.7), "句向量": dense,
        "句向量和猜测各半": [{**{k: v * half for k, v in one.items()}, **{k: v * half for k, v in other.items()}} for one, other in zip(dense, guesses)],
    }
    lines: List[List[object]] = []
    for name, vectors in ways.items():
        for alike in (0.4, 0.5, 0.6):
            found = gathered(vectors, _order(said), alike)
            several = [group for group in found if len(group) > 1]
            lines.append([name, alike, len(found), f"{_purity(messages, found):.1%}", f"{_purity(messages, several):.1%}", f"{1 - len(found) / len(messages):.1%}"])
    return lines


def _dense(model: Path, base: KnowledgeBase, texts: Sequence[str]) -> List[Dict[str, float]]:
    """Sentence vectors on 128 axes, rounded to whole numbers from −127 to 127, as a record could carry them."""
    import numpy as np

    from bot.nlu.axes import Axes
    from bot.nlu.encoder.sentence_encoder import SentenceEncoder

    with tempfile.TemporaryDirectory() as folder, tarfile.open(model) as archive:
        archive.extractall(folder, filter="data")
        encoder = SentenceEncoder.load(next(Path(folder).rglob("encoder.onnx")).parent)
    axes = Axes.fit(encoder.embed([text for faq in base.faqs.values() for text in (faq.question, *faq.similar)]), DIMENSIONS)
    located = axes.apply(encoder.embed(list(texts)))
    whole = np.round(127 * located / np.abs(located).max(axis=1, keepdims=True))
    whole /= np.linalg.norm(whole, axis=1, keepdims=True)
    return [{f"\0v{i}": float(v) for i, v in enumerate(row)} for row in whole]


def _said(messages: Messages) -> List[Said]:
    return [Said(item.entry.ident, item.entry.text, [(g.home, g.aspect, g.topic, g.score) for g in item.entry.guesses]) for _, item in messages]


def _order(said: Sequence[Said]) -> List[int]:
    return sorted(range(len(said)), key=lambda i: (-max((score for *_, score in said[i].guesses), default=0.0), said[i].ident))


def _current() -> Path:
    releases = Releases(Settings.from_env().releases_dir)
    ident = releases.current_id()
    if ident is None:
        raise ReleaseError("还没有训练好的版本，请先运行 ./gjj train，或用 --model 指定模型文件")
    return releases.model_path(ident)
