"""``./gjj bench NAME …``: runs one benchmark in the worker environment; each module of :data:`BENCHES` has ``main(argv) -> int``."""
from __future__ import annotations

import importlib
import sys
from typing import Dict, List, Tuple

BENCHES: Dict[str, Tuple[str, str]] = {
    "nlu": ("bench.nlu", "理解：准确率、每句 CPU、训练时间，与 Rasa 默认流程比"),
    "robustness": ("bench.robustness", "抗干扰：错别字、同音字、繁体、拼音……各少答对多少"),
    "state": ("bench.state", "会话存储：与 Rasa 的 RedisTrackerStore 比"),
    "chat": ("bench.chat", "整条链路：延迟和吞吐，与 rasa run 比"),
    "inbox": ("bench.inbox", "待学问题：分组和最接近的条目对不对，用一天的问句重放"),
    "load": ("bench.load", "高峰：500 人十分钟、三倍超载、恢复"),
    "machines": ("bench.machines", "几台机器：两个网关、四个对话进程、Sentinel 或集群，逐个杀掉、停住、断网"),
    "capacity": ("bench.capacity", "容量：一句话要多少资源，县、州、省、全国各要多少机器"),
    "train": ("bench.train", "新增一条常见问题到网站上答得出来要多久，随条数怎么增长"),
    "fuzz": ("bench.fuzz", "随机请求：按接口说明生成十万个好的和坏的，数出错和泄露（在网关的环境里跑）"),
    "faults": ("bench.faults", "故障演练：逐个杀掉、暂停各部分，数丢失和重复"),
}


def main(argv: List[str]) -> int:
    """Exit status of the benchmark named first; prints the list when there is none of that name."""
    if not argv or argv[0] not in BENCHES:
        print("用法：./gjj bench 名称 [--help]", file=sys.stderr)
        for name, (_, what) in BENCHES.items():
            print(f"  {name:12s}{what}", file=sys.stderr)
        return 0 if argv and argv[0] in ("-h", "--help") else 2
    module = importlib.import_module(BENCHES[argv[0]][0])
    return int(module.main(argv[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
