"""The content a release was trained on: kept with it, compared with today's, and put back when an administrator asks for that."""
from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Mapping

import msgspec

from bot import clock
from bot.knowledge.base import DATA, load
from bot.knowledge.check import everything
from bot.knowledge.faq_store import only_one, replace_files

from .releases import ReleaseError

FILE = "content.tar.gz"
FOLDERS = ("services", "faq", "policy", "profile", "dialogue", "forms", "handoff")
"""What citizens are told and by which rules; training questions and regression questions stay as they are."""
_LARGEST = 64 << 20


def snapshot(data: Path = DATA) -> Dict[str, bytes]:
    """Every content file by its path below ``data``."""
    return {
        path.relative_to(data).as_posix(): path.read_bytes()
        for folder in FOLDERS for path in sorted((data / folder).glob("*.yml")) if not path.name.startswith(".")}


def pack(files: Mapping[str, bytes]) -> bytes:
    """The same files give the same bytes."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in sorted(files.items()):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return gzip.compress(raw.getvalue(), 6, mtime=0)


def unpack(packed: bytes) -> Dict[str, bytes]:
    """Raises :class:`ReleaseError` for anything but what :func:`pack` made: only known folders, only plain files."""
    files: Dict[str, bytes] = {}
    size = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as archive:
            for info in archive:
                folder, _, name = info.name.partition("/")
                size += info.size
                if not info.isreg() or folder not in FOLDERS or not name.endswith(".yml") or "/" in name or name.startswith(".") or size > _LARGEST:
                    raise ReleaseError("版本里的内容不是本项目存下的样子，不能使用")
                file = archive.extractfile(info)
                files[info.name] = file.read() if file else b""
    except (tarfile.TarError, OSError, EOFError) as error:
        raise ReleaseError(f"版本里的内容读不了（{error}）") from None
    return files


def wordings(files: Mapping[str, bytes]) -> Dict[str, List[str]]:
    """Question and similar questions of every FAQ record, by id."""
    found: Dict[str, List[str]] = {}
    for name, content in files.items():
        if name.startswith("faq/"):
            for record in _records(content):
                found[str(record.get("id"))] = [str(record.get("question")), *map(str, record.get("similar") or [])]
    return found


def questions_digest(data: Path = DATA) -> str:
    """Digest of everything the model learns from besides the FAQs: other training questions, rules, and which topics cards lead to."""
    found = hashlib.sha256()
    for path in sorted(path for folder in ("nlu", "rules", "stories") for path in (data / folder).rglob("*") if path.is_file()):
        found.update(path.relative_to(data).as_posix().encode() + b"\0" + path.read_bytes())
    for path in sorted((data / "services").glob("*.yml")):
        card = msgspec.yaml.decode(path.read_bytes())
        found.update(json.dumps([card.get("code"), card.get("topics")], ensure_ascii=False, sort_keys=True).encode())
    return found.hexdigest()


def differences(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> List[str]:
    """What happened to the content between two snapshots, one Chinese line for each FAQ record and each other file."""
    lines: List[str] = []
    old = {str(r.get("id")): r for name, content in before.items() if name.startswith("faq/") for r in _records(content)}
    new = {str(r.get("id")): r for name, content in after.items() if name.startswith("faq/") for r in _records(content)}
    for ident in sorted(old.keys() | new.keys()):
        if ident not in old:
            lines.append(f"常见问题：新增“{new[ident].get('question')}”")
        elif ident not in new:
            lines.append(f"常见问题：删去“{old[ident].get('question')}”")
        elif old[ident] != new[ident]:
            fields = [_FIELDS.get(key, key) for key in sorted(old[ident].keys() | new[ident].keys()) if old[ident].get(key) != new[ident].get(key)]
            lines.append(f"常见问题：“{new[ident].get('question')}”改了{'、'.join(fields)}")
    for name in sorted(before.keys() | after.keys()):
        if not name.startswith("faq/") and before.get(name) != after.get(name):
            what = "新增" if name not in before else "删去" if name not in after else "修改"
            lines.append(f"{_FOLDER_NAMES.get(name.split('/')[0], '内容')}：{what} {name}")
    return lines


def restore(files: Mapping[str, bytes], data: Path, backups: Path) -> Path:
    """Put ``files`` in the place of today's content; gives where today's content was kept.

    Raises :class:`ReleaseError` when the restored content has mistakes that today's has not, and then nothing is changed;
    bot.knowledge.faq_text.TextError while somebody else writes.
    """
    today = snapshot(data)
    _refuse_mistakes(files, data)
    backups.mkdir(parents=True, exist_ok=True)
    kept = backups / f"{clock.now():%Y%m%d-%H%M%S}.tar.gz"
    kept.write_bytes(pack(today))
    changed = {name: content for name, content in files.items() if today.get(name) != content}
    with only_one(data / "faq"):
        replace_files({data / n: c.decode() for n, c in changed.items()}, {data / n: today.get(n, b"").decode() for n in changed})
        for name in today.keys() - files.keys():
            (data / name).unlink()
    return kept


def _refuse_mistakes(files: Mapping[str, bytes], data: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="gjj-content-") as folder:
        trial = Path(folder) / "data"
        for name, content in files.items():
            (trial / name).parent.mkdir(parents=True, exist_ok=True)
            (trial / name).write_bytes(content)
        known = {str(problem) for problem in everything(load(data), data)}
        problems = [str(problem) for problem in everything(load(trial), trial) if str(problem) not in known]
    if problems:
        raise ReleaseError(f"那时的内容今天不能用：{problems[0]}" + (f"，等 {len(problems)} 处" if len(problems) > 1 else ""))


def _records(content: bytes) -> List[Dict[str, Any]]:
    try:
        found = msgspec.yaml.decode(content)
    except msgspec.DecodeError:
        return []
    return [record for record in found if isinstance(record, dict)] if isinstance(found, list) else []


_FIELDS = {
    "question": "标准问法", "similar": "相似问法", "answer": "答案", "enabled": "启用", "related": "相关事项", "topic": "主题", "facts": "依据",
    "effective_from": "生效日期", "effective_to": "失效日期", "updated_at": "更新日期", "source": "来源", "author": "填写人",
}
_FOLDER_NAMES = {"services": "事项", "policy": "政策和本州数字", "profile": "情况", "dialogue": "对话", "forms": "表单", "handoff": "转人工"}
