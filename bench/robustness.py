"""``./gjj bench robustness``: what each kind of misspelling costs, on the project's own held-out questions."""
from __future__ import annotations

import argparse
import csv
import random
import sys
from pathlib import Path
from typing import List, Tuple

from bench.report import Report
from bot.knowledge.base import load
from bot.nlu.normalize import normalize
from bot.settings import Settings
from bot.training.evaluate import Parser, Row, read, score
from bot.training.noise import KINDS, noisy
from bot.training.releases import ReleaseError, Releases
from bot.training.train import HELD_OUT

GOAL_POINTS = 3
ALREADY_NOISY = "noise.tsv"
NAMES = {
    "typos": "错别字（形近、近音）", "homophones": "同音字", "traditional": "繁体", "pinyin": "夹拼音、首字母",
    "dropped": "漏字", "doubled": "多打一个字", "unpunctuated": "没有标点", "fillers": "口头语",
}


def main(argv: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="./gjj bench robustness", description="打错字以后少答对多少，每种写法分开算")
    parser.add_argument("--model", type=Path, help="不用在用的版本，而用这个模型文件")
    parser.add_argument("--sample", type=int, help="只抽这么多句（默认全部）")
    parser.add_argument("--kinds", nargs="*", choices=list(KINDS), default=list(KINDS), help="只看这几种")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    base = load()
    try:
        model = args.model or _current()
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 2
    rows = [row for path in sorted(HELD_OUT.glob("*.tsv")) if path.name != ALREADY_NOISY for row in read(path, base)]
    if args.sample and args.sample < len(rows):
        rows = random.Random(args.seed).sample(rows, args.sample)
    nlu = Parser(model)
    report = Report("robustness", "抗干扰：打错字以后少答对多少")
    clean = [nlu.topics(base, row.question) for row in rows]
    clean_scores, _ = score(rows, clean, base)
    report.text(f"自有检验问句 {len(rows)} 句（不含本来就带错字的 {ALREADY_NOISY}），每句按每种写法各改写一次（种子 {args.seed}）。")
    report.figures["clean"] = clean_scores.__dict__
    table: List[List[object]] = [["原句", "–", f"{100 * clean_scores.top1:.1f}%", f"{100 * clean_scores.top3:.1f}%", "", ""]]
    lost: List[Tuple[str, Row, str, List[str]]] = []
    for kind in args.kinds:
        typed = [noisy(row.question, kind, args.seed) for row in rows]
        predicted = [nlu.topics(base, text) for text in typed]
        scores, _ = score(rows, predicted, base)
        points = 100 * (clean_scores.top1 - scores.top1)
        changed = sum(text != row.question for text, row in zip(typed, rows))
        report.figures[kind] = {**scores.__dict__, "changed": changed, "points_lost": points}
        table.append([NAMES[kind], changed, f"{100 * scores.top1:.1f}%", f"{100 * scores.top3:.1f}%", f"{points:.1f}", "达到" if round(points, 6) <= GOAL_POINTS else "没有达到"])
        print(f"{NAMES[kind]}：少 {points:.1f} 个点", flush=True)
        lost += [
            (kind, row, text, after) for row, text, before, after in zip(rows, typed, clean, predicted)
            if before[:1] and before[0] in row.right and not (after[:1] and after[0] in row.right)
        ]
    report.table(["写法", "改动的句数", "top1", "top3", "少几个点", f"目标 ≤ {GOAL_POINTS}"], table)
    _write_lost(report.folder / "lost.tsv", lost)
    report.text("原句答对、改写后答错的句子在 `lost.tsv`。")
    report.write()
    return 0


def _current() -> Path:
    releases = Releases(Settings.from_env().releases_dir)
    ident = releases.current_id()
    if ident is None:
        raise ReleaseError("还没有训练好的版本，请先运行 ./gjj train")
    return releases.model_path(ident)


def _write_lost(path: Path, lost: List[Tuple[str, Row, str, List[str]]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, delimiter="\t", quoting=csv.QUOTE_NONE, escapechar="\\")
        table.writerow(["kind", "question", "typed", "normalized", "right", "got"])
        for kind, row, text, after in lost:
            table.writerow([kind, row.question, text, normalize(text), ",".join(sorted(row.right)), ",".join(after[:2])])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
