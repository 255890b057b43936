"""``./gjj bench nlu``: accuracy, CPU per message, training time and memory of the shipped pipeline beside Rasa's default Chinese one.

Every candidate trains on the same questions and is measured in a process of its own. Trained models are kept under
``var/bench/nlu/work`` by a digest of data, configuration and code, so an interrupted run goes on where it stopped;
measuring is done anew each time, all candidates in one run.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from bench.nlu_candidates import SENTENCE, Candidate, candidates
from bench.nlu_split import Split, current, digest
from bench.report import Report, percentile
from bot.knowledge.base import KnowledgeBase, load
from bot.quiet import quiet_libraries
from bot.settings import ROOT
from bot.training.evaluate import Scores, score
from bot.training.releases import basis

GOAL_POINTS = 15
GOAL_CPU = 0.5
GOAL_TRAINING_S = 60
SHOW_EVERY_S = 60
OWN_CODE = ("bot.", "bench.", "Spacy")


def main(argv: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="./gjj bench nlu", description="与 Rasa 默认中文流程比：准确率、每句 CPU、训练时间、内存")
    parser.add_argument("--questions", type=Path, nargs="*", default=[], help="另外检验这些 TSV（question、topic、also）")
    parser.add_argument("--split", type=Path, help="冻结的数据：文件在就用它，不在就把现在的数据存进去")
    parser.add_argument("--sample", type=int, help="训练问句只按主题抽这么多条（每个候选同样的）：DIET 在全部问句上要训练几个小时")
    parser.add_argument("--only", nargs="*", help="只比这几个（默认全部）")
    parser.add_argument("--stock-epochs", type=int, default=100, help="Rasa 默认流程训练几轮")
    parser.add_argument("--train-only", action="store_true", help="只训练，不检验、不出报告")
    args = parser.parse_args(argv)
    quiet_libraries()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the child in work ends with this process
    known = candidates(args.stock_epochs)
    wrong = [name for name in args.only or [] if name not in known]
    if wrong:
        print(f"没有这个候选：{'、'.join(wrong)}。有：{'、'.join(known)}", file=sys.stderr)
        return 2
    base = load()
    report = Report("nlu", "理解：与 Rasa 默认中文流程比")
    try:
        split = _split(base, args.split, args.questions, args.sample)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    chosen = {name: c for name, c in known.items() if not args.only or name in args.only}
    work = _Work(report.folder / "work", split)
    trained = {name: work.train(name, c) for name, c in chosen.items()}
    if args.train_only:
        return 0
    results = {name: {**trained[name], **work.measure(name, c)} for name, c in chosen.items()}
    _report(report, base, split, chosen, results)
    return 0


def _split(base: KnowledgeBase, frozen: Optional[Path], files: Sequence[Path], count: Optional[int]) -> Split:
    split = current(base, files)
    if count is not None:
        split = split.sample(count)
    if frozen is None:
        return split
    if frozen.exists():
        kept = Split.read(frozen)
        return Split(kept.train, {**kept.tests, **{p.name: split.tests[p.name] for p in files}})
    split.write(frozen)
    return split


class _Work:
    """Trained models and their figures in ``folder``; runs the child processes."""

    def __init__(self, folder: Path, split: Split):
        self._folder = folder
        self._split = split
        folder.mkdir(parents=True, exist_ok=True)
        self._split_file = folder / f"split-{split.train_digest}-{split.test_digest}.json"
        split.write(self._split_file)

    def train(self, name: str, candidate: Candidate) -> Dict[str, float]:
        """Figures of the training; from an earlier run when data, configuration and code are the same."""
        place = self._place(name, candidate)
        done = place / "train.json"
        if not done.exists():
            place.mkdir(exist_ok=True)
            cold = self._vectors_missing(candidate)
            first = self._run("train", candidate, place, done)
            if cold:  # once with all sentence vectors to compute, once as every later training
                self._mark_vectors()
                again = self._run("train", candidate, place, done)
                done.write_text(json.dumps({**again, **{f"cold_{k}": v for k, v in first.items()}}))
        figures: Dict[str, float] = json.loads(done.read_text())
        print(f"{candidate.title}：训练 CPU {figures['train_cpu_s']:.0f} 秒，用时 {figures['train_wall_s']:.0f} 秒", flush=True)
        return figures

    def measure(self, name: str, candidate: Candidate) -> Dict[str, Any]:
        """Predictions, milliseconds and memory, measured now."""
        print(f"{candidate.title}：检验", flush=True)
        place = self._place(name, candidate)
        return self._run("measure", candidate, place, place / "measure.json")

    def _place(self, name: str, candidate: Candidate) -> Path:
        pipeline = candidate.pipeline()
        own = any(c["name"].startswith(OWN_CODE) for c in pipeline)
        code = basis() + hashlib.sha256((ROOT / "bench" / "nlu_parts.py").read_bytes()).hexdigest() if own else ""
        return self._folder / f"{name}-{digest([self._split.train_digest, pipeline, candidate.by_topic, code])}"

    def _run(self, what: str, candidate: Candidate, place: Path, out: Path) -> Dict[str, Any]:
        pipeline = place / "pipeline.json"
        pipeline.write_text(json.dumps(candidate.pipeline(), ensure_ascii=False))
        command = [sys.executable, "-W", "ignore", "-m", "bench.nlu_process", what, "--split", str(self._split_file),
                   "--pipeline", str(pipeline), "--folder", str(place), "--out", str(out)]
        threads = str(os.cpu_count() or 1) if what == "train" else "1"
        environment = {**os.environ, "GJJ_VAR": str(self._folder / "var"), "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads,
                       "TF_INTRA_OP_PARALLELISM_THREADS": threads, "TF_INTER_OP_PARALLELISM_THREADS": threads, "PYTHONPATH": str(ROOT)}
        log = place / f"{what}.log"
        with log.open("wb") as stream:
            process = subprocess.Popen([*command, *(["--by-topic"] if candidate.by_topic else [])], env=environment, stdout=stream, stderr=stream)
            try:
                _wait(process, candidate.title, log)
            finally:
                process.kill()
                process.wait()
        if process.returncode:
            raise SystemExit(f"{candidate.title}：没有成功，原因见 {log}\n{log.read_text(errors='replace')[-1500:]}")
        result: Dict[str, Any] = json.loads(out.read_text())
        return result

    def _marker(self) -> Path:
        return self._folder / "var" / f"vectors-{self._split.train_digest}"

    def _vectors_missing(self, candidate: Candidate) -> bool:
        return not self._marker().exists() and any(c["name"] == SENTENCE for c in candidate.pipeline())

    def _mark_vectors(self) -> None:
        self._marker().parent.mkdir(parents=True, exist_ok=True)
        self._marker().touch()


def _wait(process: "subprocess.Popen[bytes]", title: str, log: Path) -> None:
    started = time.monotonic()
    while True:
        try:
            process.wait(SHOW_EVERY_S)
            return
        except subprocess.TimeoutExpired:
            last = log.read_text(errors="replace").replace("\r", "\n").strip().rsplit("\n", 1)[-1][-100:]
            print(f"  {title}：{time.monotonic() - started:.0f} 秒 {last}", flush=True)


def _report(report: Report, base: KnowledgeBase, split: Split, chosen: Dict[str, Candidate], results: Dict[str, Dict[str, Any]]) -> None:
    report.text(f"训练问句 {len(split.train)} 条（指纹 {split.train_digest}），每个候选用同一份；各在自己的进程里训练和检验，检验时只用一个线程。")
    points: Dict[str, Sequence[Any]] = {}
    for test, rows in split.tests.items():
        report.text(f"## {test}（{len(rows)} 句）")
        table = []
        for name, candidate in chosen.items():
            result = results[name]
            scores, _ = score(rows, result["predicted"][test], base)
            milliseconds = result["milliseconds"][test]
            p50, p95 = percentile(milliseconds, 0.5), percentile(milliseconds, 0.95)
            report.figures.setdefault(name, {})[test] = {**scores.__dict__, "cpu_p50_ms": p50, "cpu_p95_ms": p95, "cpu_mean_ms": sum(milliseconds) / len(rows)}
            points.setdefault(candidate.title, [(p50, 100 * scores.top1)])
            table.append([candidate.title, *_shares(scores), f"{p50:.1f}", f"{p95:.1f}"])
        report.table(["流程", "top1", "top3", "大类", "范围外认出", "误拒", "每句 CPU 中位 ms", "95% ms"], table)
    report.text("## 训练和内存")
    report.table(
        ["流程", "训练 CPU 秒", "训练用时秒", "句向量全部重算时用时秒", "模型 MB", "加载 CPU 秒", "内存 MB"],
        [[c.title, *(f"{results[n][k]:.0f}" if k in results[n] else "–" for k in
                     ("train_cpu_s", "train_wall_s", "cold_train_wall_s", "model_mb", "load_cpu_s", "memory_mb"))] for n, c in chosen.items()],
    )
    for name, result in results.items():
        report.figures[name].update({k: v for k, v in result.items() if isinstance(v, float)})
    _goals(report, split)
    report.plot("accuracy-cpu", points, "每句 CPU 中位（毫秒）", "top1（%）")
    report.write()


def _shares(scores: Scores) -> List[str]:
    return [f"{100 * value:.1f}%" for value in (scores.top1, scores.top3, scores.group, scores.oos_recall, scores.false_reject)]


def _goals(report: Report, split: Split) -> None:
    if not {"stock", "shipped"} <= set(report.figures):
        return
    ours, theirs = report.figures["shipped"], report.figures["stock"]
    report.text("## 与目标比")
    rows = []
    for test in split.tests:
        points = 100 * (ours[test]["top1"] - theirs[test]["top1"])
        ratio = ours[test]["cpu_p50_ms"] / theirs[test]["cpu_p50_ms"]
        rows += [
            [f"top1 高出（{test}）", f"{points:.1f} 个点", f"≥ {GOAL_POINTS}", _met(points >= GOAL_POINTS)],
            [f"每句 CPU 中位之比（{test}）", f"{ratio:.2f}", f"≤ {GOAL_CPU}", _met(ratio <= GOAL_CPU)],
        ]
    seconds = ours["train_wall_s"]
    rows.append(["训练用时", f"{seconds:.0f} 秒（默认流程 {theirs['train_wall_s']:.0f} 秒）", f"≤ {GOAL_TRAINING_S}", _met(seconds <= GOAL_TRAINING_S)])
    report.table(["项目", "结果", "目标", ""], rows)


def _met(yes: bool) -> str:
    return "达到" if yes else "没有达到"
