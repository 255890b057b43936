"""``./gjj bench train``: from adding an FAQ until it answers on the live site, with 46 cards and more and more FAQs.

Every size runs in a copy of the project with FAQs made up for it, on a system of its own: Redis, one worker, gateway, trainer.
"""
from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List

from bench.report import Report
from bot.settings import ROOT, Settings
from bot.training.steps import TITLES

SIZES = (300, 1000, 3000)
GOAL = 60.0
COPIED = ("bot", "actions", "bench", "data", "tests", "config.yml", "domain.yml", "endpoints.yml", "credentials.yml")


def main(argv: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="./gjj bench train", description="新增一条常见问题，到网站上答得出来，要多久")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="常见问题总条数")
    parser.add_argument("--repeat", type=int, default=1, help="每个规模加几次")
    args = parser.parse_args(argv)
    report = Report("train", "新增常见问题到上线")
    found = [measure(size, args.repeat) for size in args.sizes]
    report.text(f"目标：{GOAL:.0f} 秒以内。开始时一分钟平均负载 {'、'.join(str(one['load']) for one in found)}（{os.cpu_count()} 核）。"
                "市民同时在问，每秒两句。")
    report.table(
        ["常见问题", "从头训练：训练 CPU 秒", "检验 CPU 秒", "补学：训练 CPU 秒", "检验 CPU 秒"],
        [[one["faqs"], one["first_cpu"].get("train", 0.0), one["first_cpu"].get("examine", 0.0), add["cpu"].get("train", 0.0), add["cpu"].get("examine", 0.0)]
         for one in found for add in one["added"]])
    report.table(
        ["常见问题", "它们的问法", "第一次训练（秒）", "新增到上线（秒）", *TITLES.values(), "发布到答出来（秒）", "换回（秒）", "同时问的", "没答上的"],
        [[one["faqs"], one["wordings"], one["first_s"], add["live_s"], *(add["steps"].get(step, 0.0) for step in TITLES), add["shown_s"], add["back_s"],
          add["asked"], add["failed"]] for one in found for add in one["added"]])
    points = [(one["faqs"], min(add["live_s"] for add in one["added"])) for one in found]
    report.plot("growth", {"新增到上线": points, "目标": [(x, GOAL) for x, _ in points]}, "常见问题条数", "秒")
    report.figures = {"sizes": found}
    report.write()
    return 0


def measure(size: int, repeat: int) -> Dict[str, Any]:
    """Figures of one size, taken in a copy of the project."""
    with tempfile.TemporaryDirectory(prefix="gjj-bench-train-") as name:
        copy = Path(name) / "project"
        copy.mkdir()
        for part in COPIED:
            source = ROOT / part
            (shutil.copytree if source.is_dir() else shutil.copyfile)(source, copy / part)
        var = Settings.from_env().var_dir
        (copy / "var").mkdir()
        (copy / "var" / "venv").symlink_to(ROOT / "var" / "venv")
        if (var / "cache").exists():
            shutil.copytree(var / "cache", copy / "var" / "cache")
        out = Path(name) / "figures.json"
        env = {**{k: v for k, v in os.environ.items() if not k.startswith(("GJJ_", "REDIS_"))}, "PYTHONPATH": str(copy), "GJJ_TODAY": "2026-11-22"}
        command = [sys.executable, "-m", "bench.train_one", "--size", str(size), "--repeat", str(repeat), "--out", str(out)]
        subprocess.run(command, cwd=copy, env=env, check=True)
        figures: Dict[str, Any] = json.loads(out.read_text())
        return figures
