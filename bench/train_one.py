"""One size of ``./gjj bench train``, inside a copy of the project: ``python -m bench.train_one --size N --out FILE``."""
from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import threading
import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

import aiohttp
import yaml

from bench.system import Part, System, environment
from bot.knowledge.base import DATA, load
from bot.settings import ROOT, Settings
from bot.state.client import close, connect
from bot.training.in_service import put_in_service, shared_by
from bot.training.jobs import DONE, Jobs
from bot.training.priority import threads
from bot.training.releases import Releases

PLACES = (
    "职工书屋", "羽毛球馆", "机关食堂", "地下停车场", "母婴室", "职工之家", "档案查阅室", "会议中心", "信访接待室", "图书角", "健身房", "乒乓球室", "自助文印点", "心理咨询室", "调解室",
    "志愿者驿站", "便民药箱", "爱心雨伞架", "充电桩", "快递柜", "理发室", "医务室", "瑜伽教室", "书画室", "棋牌室", "多功能厅", "培训教室", "录播室", "咖啡角", "儿童托管室", "老干部活动室",
    "荣誉陈列室", "党员活动室", "工会办公室", "妇女之家", "青年之家", "失物招领处", "门卫室", "值班室", "会客厅", "电子阅览室", "共享单车点", "洗车点", "天台花园", "篮球场", "网球场",
    "游泳馆", "舞蹈房", "音乐教室", "手工坊", "茶水间", "更衣室", "淋浴间", "储物柜", "直饮水机", "广播站", "展览厅", "报告厅", "实验室", "标本室",
)
ACTS = (
    "几点开门", "怎么预约", "要不要押金", "能带孩子吗", "坏了找谁修", "周末开不开", "收不收费", "可以借几天", "丢了东西怎么办", "在几楼", "要出示工作证吗", "能不能带朋友", "停用多久", "能续约吗", "怎么取消",
    "有没有空调", "能坐多少人", "谁负责管理", "可以拍照吗", "能吃东西吗", "晚上几点关", "节假日安排", "要提前几天说", "有没有教练", "能寄存行李吗", "怎么投诉", "有没有无障碍通道", "能开发票吗", "怎么申请长期使用",
    "有没有监控", "谁来打扫", "能放电影吗", "有没有无线网", "能办活动吗", "要填什么登记表", "可以代约吗", "违约怎么处理", "有没有优惠", "怎么评价", "能不能延长时间", "有没有保险", "能借器材吗", "器材坏了赔多少",
    "有没有课程", "能报名几个人", "怎么排队", "有没有年龄限制", "要不要体检证明", "哪天检修", "怎么联系管理员",
)
ASKED = ("{0}{1}", "请问{0}{1}", "{0}的话{1}啊", "我想问一下{0}{1}", "你们那个{0}{1}")
NEW = {
    "id": "faq_bench_new", "question": "公积金大厅的石桌象棋哪天有比赛", "similar": ["象棋比赛什么时候办", "石桌象棋比赛哪天", "大厅门口下棋的比赛几号"],
    "answer": "每月最后一个星期五下午。", "topic": "branch_hours_contact", "related": [], "source": "基准测试", "author": "基准测试",
}
WAIT = 900.0


def made_up(count: int) -> List[Dict[str, Any]]:
    """``count`` FAQ records about things that no card speaks of."""
    pairs = [(place, act) for act in ACTS for place in PLACES][:count]
    return [
        {"id": f"faq_bench_{n}", "question": place + act, "similar": [form.format(place, act) for form in ASKED[1:]], "answer": f"{place}{act}：请问现场工作人员。",
         "topic": "branch_hours_contact", "related": [], "source": "基准测试", "author": "基准测试"}
        for n, (place, act) in enumerate(pairs)]


def write(records: List[Dict[str, Any]], path: Path) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_text(yaml.safe_dump(records, allow_unicode=True, sort_keys=False), encoding="utf-8")
    temporary.replace(path)


class Citizen:
    """Asks twice a second while others work; counts what was not answered."""

    def __init__(self, url: str):
        self._url = url
        self._stop = threading.Event()
        self.asked = self.failed = 0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._ask()))

    def __enter__(self) -> "Citizen":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    async def _ask(self) -> None:
        async with aiohttp.ClientSession() as http:
            while not self._stop.is_set():
                self.asked += 1
                try:
                    replies = await said(http, self._url, "租房提取要带什么材料")
                    self.failed += not any(reply["kind"] == "answer" for reply in replies)
                except (aiohttp.ClientError, asyncio.TimeoutError, KeyError, OSError):
                    self.failed += 1
                await asyncio.sleep(0.5)


async def said(http: aiohttp.ClientSession, url: str, text: str) -> List[Dict[str, Any]]:
    async with http.post(url + "/api/v1/sessions", json={}) as response:
        token = (await response.json())["token"]
    headers = {"Authorization": f"Bearer {token}"}
    async with http.post(url + "/api/v1/messages", json={"id": str(uuid.uuid4()), "text": text}, headers=headers) as response:
        replies: List[Dict[str, Any]] = (await response.json())["replies"]
        return replies


async def until(http: aiohttp.ClientSession, url: str, found: bool) -> None:
    deadline = time.monotonic() + WAIT
    while True:
        replies = await said(http, url, NEW["similar"][0])
        if any(reply.get("faq") == NEW["id"] for reply in replies) is found:
            return
        if time.monotonic() > deadline:
            raise TimeoutError("the new FAQ does not answer")
        await asyncio.sleep(0.2)


async def add(system: System, settings: Settings) -> Dict[str, Any]:
    """Add the FAQ, train, wait until it answers; roll back; take it away again."""
    client = connect(system.redis_url, 3)
    jobs, shared, releases = Jobs(client), shared_by(settings, client), Releases(settings.releases_dir)
    path = DATA / "faq" / "bench_new.yml"
    try:
        await jobs.warm()  # as opening the console's page does
        deadline = time.monotonic() + WAIT
        while not await jobs.is_ready() and time.monotonic() < deadline:
            await asyncio.sleep(0.2)
        async with aiohttp.ClientSession() as http:
            with Citizen(system.url) as citizen:
                started = time.monotonic()
                write([NEW], path)
                job = await jobs.start("基准测试", reason="基准测试")
                published: Optional[float] = None
                while True:
                    now = await jobs.current()
                    if now is not None and now.step.startswith(("发布", "各对话进程")) and published is None:
                        published = time.monotonic()
                    if now is None or now.state == DONE:
                        break
                    await asyncio.sleep(0.1)
                if now is None or not now.release:
                    raise RuntimeError(now.message if now else "the job is gone")
                await until(http, system.url, True)
                live = time.monotonic()
                before = releases.in_service()
                assert before is not None
                await put_in_service(releases, shared, before.previous, "基准测试")
                while any(one.release != before.previous for one in await shared.serving()):
                    await asyncio.sleep(0.05)
                back = time.monotonic()
        path.unlink()
        return {
            "live_s": round(live - started, 1), "shown_s": round(live - (published or live), 1), "back_s": round(back - live, 2), "steps": now.seconds, "cpu": releases.get(now.release).cpu,
            "learned": releases.get(now.release).learned,
            "asked": citizen.asked, "failed": citizen.failed, "refusals": releases.get(now.release).refusals, "job": job.id}
    finally:
        await close(client)


@contextmanager
def trainer(system: System) -> Iterator[None]:
    env = {name: value for name, value in system.env.items() if name != "OMP_NUM_THREADS"}
    env["GJJ_TRAINING_NICE"] = os.environ.get("BENCH_TRAINING_NICE") or "15"
    part = Part("trainer", [sys.executable, "-m", "bot.training.service"], env, system.folder, lambda: True).start()
    try:
        yield
    finally:
        part.stop()


def main(argv: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.train_one")
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args(argv)
    write(made_up(max(0, args.size - len(load().faqs))), DATA / "faq" / "bench.yml")
    base = load()
    load_average = round(os.getloadavg()[0], 1)
    folder = ROOT / "var" / "bench-system"
    settings = Settings.from_env({**environment(), "GJJ_VAR": str(folder), "GJJ_SECRET": "f1d2c3b4a5968778695a4b3c2d1e0f9e-for-measurements"})
    (folder / "releases").mkdir(parents=True)
    (folder / "cache").symlink_to(ROOT / "var" / "cache")
    env = {**environment(), "GJJ_VAR": str(folder), "OMP_NUM_THREADS": str(threads())}
    started = time.monotonic()
    subprocess.run([sys.executable, "-W", "ignore", "-m", "bot.training.train", "--reason", "基准测试"], cwd=ROOT, env=env, check=True)
    first = time.monotonic() - started
    with System(folder) as system, trainer(system):
        added = [asyncio.run(add(system, settings)) for _ in range(args.repeat)]
    release = Releases(settings.releases_dir).all()[-1]
    args.out.write_text(json.dumps({
        "first_cpu": release.cpu, "first_steps": release.seconds, "top1": release.metrics["top1"], "faqs": len(base.faqs), "wordings": sum(1 + len(faq.similar) for faq in base.faqs.values()), "first_s": round(first, 1), "load": load_average, "added": added}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
