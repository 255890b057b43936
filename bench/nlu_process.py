"""One candidate of ``./gjj bench nlu`` in a process of its own: ``train`` or ``measure``; figures go to a JSON file.

Training may use every core, as it does in production; measuring uses one thread, so that CPU time and wall time agree.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List

WARM_UP = 20
"""Messages read before the clock counts: the first ones build caches."""


def train(split_file: Path, pipeline_file: Path, by_topic: bool, out: Path) -> Dict[str, float]:
    """Train into ``out/model.tar.gz``; CPU and wall seconds of the training alone, imports left out."""
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    from bench.nlu_split import Split, write_rasa_data

    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "nlu.yml"
        write_rasa_data(Split.read(split_file), data, by_topic)
        config = Path(folder) / "config.yml"
        head = {"recipe": "default.v1", "assistant_id": "bench", "language": "zh"}
        config.write_text(json.dumps({**head, "pipeline": json.loads(pipeline_file.read_text())}), encoding="utf-8")
        from rasa.model_training import train_nlu

        cpu, wall = time.process_time(), time.monotonic()
        model = train_nlu(str(config), str(data), str(out), fixed_model_name="model")
        if not model:
            raise SystemExit("training failed")
        return {"train_cpu_s": time.process_time() - cpu, "train_wall_s": time.monotonic() - wall, "model_mb": Path(model).stat().st_size / 1e6}


def measure(split_file: Path, model: Path, by_topic: bool) -> Dict[str, Any]:
    """Predicted topics and CPU milliseconds of every test question, and memory once the model has read a few."""
    from bench.nlu_split import Split

    tests = Split.read(split_file).tests
    agent = _agent(by_topic)
    started = time.process_time()
    agent.load_model(str(model))
    load_cpu = time.process_time() - started
    loop = asyncio.new_event_loop()
    for i in range(WARM_UP):
        loop.run_until_complete(agent.parse_message(f"第{i}个人问公积金租房提取要带什么材料"))
    memory = _memory_mb()
    read = _topics_by_label if by_topic else _topics_by_home()
    predicted: Dict[str, List[List[str]]] = {}
    milliseconds: Dict[str, List[float]] = {}
    for name, rows in tests.items():
        predicted[name], milliseconds[name] = [], []
        for row in rows:
            text = row.question.lstrip("/／ ") or "…"
            started = time.process_time()
            parsed = loop.run_until_complete(agent.parse_message(text))
            milliseconds[name].append(1000 * (time.process_time() - started))
            predicted[name].append(read(parsed))
    return {"load_cpu_s": load_cpu, "memory_mb": memory, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "predicted": predicted, "milliseconds": milliseconds}


def _agent(stock: bool) -> Any:
    """Rasa's own agent; the project's pipelines are read as its worker reads them, node after node instead of through dask."""
    if stock:
        from rasa.core.agent import Agent

        return Agent()
    from rasa.core.tracker_store import InMemoryTrackerStore
    from rasa.shared.core.domain import Domain

    from bot.worker.agent import CounterAgent

    return CounterAgent(InMemoryTrackerStore(Domain.empty()))


def _topics_by_label(parsed: Dict[str, Any]) -> List[str]:
    """Topics by summed confidence. Rasa's fallback is left out: what it would have answered counts."""
    from bench.nlu_split import topic_of_label

    scores: Dict[str, float] = {}
    for entry in parsed["intent_ranking"]:
        if entry["name"] != "nlu_fallback":
            topic = topic_of_label(entry["name"])
            scores[topic] = scores.get(topic, 0.0) + entry["confidence"]
    return sorted(scores, key=lambda topic: -scores[topic])


def _topics_by_home() -> Any:
    """As ``./gjj eval`` reads the shipped pipeline."""
    from actions.understanding import Understanding, decide
    from bot.knowledge.base import load

    base = load()
    return lambda parsed: [r.topic for r in decide(Understanding.from_message(base, parsed.get("understanding", {}), None))]


def _memory_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main(argv: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.nlu_process")
    parser.add_argument("what", choices=["train", "measure"])
    parser.add_argument("--split", type=Path, required=True)
    parser.add_argument("--pipeline", type=Path, required=True)
    parser.add_argument("--by-topic", action="store_true")
    parser.add_argument("--folder", type=Path, required=True, help="where the model is, or goes")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args(argv)
    from bot.quiet import quiet_libraries

    quiet_libraries()
    if args.what == "train":
        figures: Dict[str, Any] = train(args.split, args.pipeline, args.by_topic, args.folder)
    else:
        figures = measure(args.split, args.folder / "model.tar.gz", args.by_topic)
    args.out.write_text(json.dumps(figures, ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
