"""``./gjj tune``: learn the sentence encoder from the training questions: first a teacher, then the student that is run.

Rarely needed, an hour and more; ``./gjj train`` uses what it wrote.
"""
from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import List

from bot.nlu.encoder.student import STUDENT
from bot.nlu.topic_model import Example

from .encoder.adapt import Recipe, adapt
from .encoder.adapter import ADAPTER
from .encoder.distil import AGAIN, Course, distil
from .encoder.slimming import Size


def training_examples() -> List[Example]:
    """Every training question as the pipeline sees it: normalised, FAQs included."""
    from rasa.shared.importers.importer import TrainingDataImporter

    from bot.knowledge.base import load
    from bot.nlu.normalize import normalize
    from bot.nlu.topic_classifier import example_of
    from bot.settings import ROOT

    from .train import NLU_PATHS

    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / path) for path in NLU_PATHS]
    )
    base = load()
    found = [example_of(base, message) for message in importer.get_nlu_data().intent_examples]
    return [Example(normalize(e.text) or "…", e.home, e.aspect, e.topic) for e in found]


def main(arguments: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="./gjj tune", description="重新学句向量编码器：先微调老师，再教学生；之后要运行 ./gjj train")
    parser.add_argument("--out", type=Path, default=STUDENT, help="学生写到哪里（默认替换现用的）")
    parser.add_argument("--adapter", type=Path, default=ADAPTER, help="老师写到哪里、从哪里读（默认是现用的）")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--student", action="store_true", help="老师不变，只从头教一个学生")
    only.add_argument("--more", action="store_true", help="老师不变，现用的学生接着学")
    parser.add_argument("--epochs", type=float, help="教学生时问句过几遍")
    parser.add_argument("--seed", type=int, default=0, help="接着学的时候换一个，抽到的错字就不一样")
    args = parser.parse_args(arguments)
    from bot.quiet import quiet_libraries

    quiet_libraries()
    examples = training_examples()
    print(f"{len(examples)} 个问句", file=sys.stderr)
    if not (args.student or args.more):
        adapt(examples, Recipe(), args.adapter)
    usual = AGAIN if args.more else Course()
    course = replace(usual, epochs=args.epochs or usual.epochs, seed=args.seed)
    distil(examples, args.adapter, Size(), course, args.out, STUDENT if args.more else None)
    print(f"已写入 {args.out}；运行 ./gjj train 用上它。", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
