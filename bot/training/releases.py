"""Releases: trained models with a manifest under var/releases; ``current`` names the one in service.

``python -m bot.training.releases`` lists them, ``… rollback ID`` puts an earlier one back in service.
"""
from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Dict, List, Optional

from bot import clock
from bot.nlu.spacy_zh.stamp import inputs_digest
from bot.settings import ROOT, Settings

MODEL = "model.tar.gz"
MANIFEST = "manifest.json"
CURRENT = "current"
KEEP = 10


class ReleaseError(RuntimeError):
    """A release cannot be used; the message is a Chinese sentence with the way out."""


@dataclass(frozen=True)
class Release:
    """One published model.

    ``sha256`` is checked before loading: only what this project trained is ever loaded. ``basis`` is :func:`basis` at
    training time: a release made by other understanding code must not be served.
    """

    id: str
    created: str
    sha256: str
    basis: str = ""
    metrics: Dict[str, float] = field(default_factory=dict)
    counts: Dict[str, int] = field(default_factory=dict)


class Releases:
    """The folder of releases; publishing and switching are atomic renames."""

    def __init__(self, folder: Path):
        self._folder = folder

    def current_id(self) -> Optional[str]:
        """Id in service, or None."""
        try:
            return os.readlink(self._folder / CURRENT)
        except OSError:
            return None

    def get(self, ident: str) -> Release:
        try:
            return Release(**json.loads((self._folder / ident / MANIFEST).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ReleaseError(f"找不到版本 {ident}，用 ./gjj releases 看有哪些（{error}）") from None

    def model_path(self, ident: str) -> Path:
        """Path of the model after its digest was checked; raises :class:`ReleaseError` when it does not fit."""
        path = self._folder / ident / MODEL
        if not path.exists() or digest(path) != self.get(ident).sha256:
            raise ReleaseError(f"版本 {ident} 的模型文件不完整，请 ./gjj releases rollback 换一个，或重新 ./gjj train")
        return path

    def all(self) -> List[Release]:
        """Newest first; folders without a readable manifest are left out."""
        found = []
        for path in self._folder.glob(f"*/{MANIFEST}"):
            if path.parent.name != CURRENT:
                try:
                    found.append(self.get(path.parent.name))
                except ReleaseError:
                    continue
        return sorted(found, key=lambda r: r.id, reverse=True)

    def fits(self) -> bool:
        """Whether there is a release in service and it was trained by the understanding code of this checkout."""
        ident = self.current_id()
        try:
            return ident is not None and self.get(ident).basis == basis()
        except ReleaseError:
            return False

    def publish(self, model: Path, metrics: Dict[str, float], counts: Dict[str, int]) -> Release:
        """Copy ``model`` in, write its manifest, put it in service, drop all but the newest :data:`KEEP`."""
        moment = clock.now()
        ident = moment.strftime("%Y%m%d-%H%M%S")
        while any(self._folder.glob(f"{ident}*")):  # several in one second: the newest has the longest id
            ident += "a"
        staging = self._folder / f".{ident}"
        staging.mkdir(parents=True)
        shutil.copyfile(model, staging / MODEL)
        release = Release(
            ident, moment.isoformat(timespec="seconds"), digest(staging / MODEL), basis(), metrics, counts
        )
        (staging / MANIFEST).write_text(json.dumps(asdict(release), ensure_ascii=False, indent=2), encoding="utf-8")
        staging.rename(self._folder / ident)
        self.switch(ident)
        for old in self.all()[KEEP:]:
            if old.id != ident:
                shutil.rmtree(self._folder / old.id)
        return release

    def switch(self, ident: str) -> None:
        """Put ``ident`` in service; running workers load it within seconds."""
        self.model_path(ident)
        link = self._folder / f".{CURRENT}.{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(ident)
        link.replace(self._folder / CURRENT)


def basis() -> str:
    """Digest of everything besides the questions that shapes a model: NLU code, configuration, Chinese pipeline."""
    parts = [ROOT / "config.yml", ROOT / "domain.yml", ROOT / "data" / "nlu" / "aliases.yml", ROOT / "data" / "nlu" / "mendable.yml"]
    parts += sorted((ROOT / "bot" / "nlu").glob("*.py")) + sorted((ROOT / "bot" / "nlu" / "encoder").iterdir())
    joined = hashlib.sha256(inputs_digest().encode())
    for path in filter(Path.is_file, parts):
        joined.update(path.read_bytes())
    return joined.hexdigest()


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(arguments: List[str]) -> int:
    releases = Releases(Settings.from_env().releases_dir)
    try:
        if arguments[:1] == ["rollback"] and len(arguments) == 2:
            releases.switch(arguments[1])
            print(f"已换回版本 {arguments[1]}，正在运行的系统几秒内就会用上。")
        elif not arguments:
            _print(releases)
        else:
            print("用法：./gjj releases [rollback 版本号]", file=sys.stderr)
            return 2
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _print(releases: Releases) -> None:
    current = releases.current_id()
    for release in releases.all():
        mark = "← 在用" if release.id == current else ""
        metrics = "  ".join(f"{k}={v:.3f}" for k, v in release.metrics.items())
        counts = "  ".join(f"{k}={v}" for k, v in release.counts.items())
        print(f"{release.id}  {metrics}  {counts} {mark}")
    if current is None:
        print("还没有版本，运行 ./gjj train 训练第一个。")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
