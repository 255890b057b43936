"""Releases on disk: a model, the content it was trained on, its figures and digests, under var/releases; ``current`` names
the one in service.

A release is written aside, synced and renamed, and put in service by replacing one link: whenever the power goes, what was
in service before is whole and still in service. Sharing them between machines: :mod:`bot.training.shared_releases`.
"""
from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Sequence

from bot import clock
from bot.nlu.spacy_zh.stamp import inputs_digest
from bot.settings import ROOT

MODEL = "model.tar.gz"
MANIFEST = "manifest.json"
CURRENT = "current"
SWITCHES = "switches.jsonl"
KEEP = 10
_ABANDONED = 3600.0
"""Seconds after which a half-written release is somebody's crash and not somebody's work."""


class ReleaseError(RuntimeError):
    """A release cannot be used; the message is a Chinese sentence with the way out."""


@dataclass(frozen=True)
class Release:
    """One trained model and what belongs to it.

    ``sha256`` of the model and ``files`` (digests of the rest by name) are checked before anything is used: only what this
    project trained is ever loaded. ``basis`` is :func:`basis` at training time: a release made by other understanding code
    must not be served. ``refusals``: why the gate refused it; empty when it passed.
    """

    id: str
    created: str
    sha256: str
    basis: str = ""
    metrics: Dict[str, float] = field(default_factory=dict)
    counts: Dict[str, int] = field(default_factory=dict)
    author: str = ""
    refusals: List[str] = field(default_factory=list)
    files: Dict[str, str] = field(default_factory=dict)
    seconds: Dict[str, float] = field(default_factory=dict)
    """How long each step of its training took."""
    cpu: Dict[str, float] = field(default_factory=dict)
    """CPU seconds of each step: what it takes, however busy the machine was."""
    questions: str = ""
    """Digest of the training questions besides the FAQs'."""
    learned: int = 0
    """Wordings learned since the last full training; 0 for a full one."""

    @property
    def digests(self) -> Dict[str, str]:
        """SHA-256 of every file of the release, the manifest left aside."""
        return {MODEL: self.sha256, **self.files}


@dataclass(frozen=True)
class Switch:
    """Putting a release in service: ``at`` is seconds since 1970, ``previous`` what it took the place of."""

    id: str
    at: float
    by: str = ""
    reason: str = ""
    previous: str = ""


class Releases:
    """The folder of releases; keeping and switching are atomic renames."""

    def __init__(self, folder: Path):
        self.folder = folder

    def current_id(self) -> Optional[str]:
        """Id in service, or None."""
        try:
            return os.readlink(self.folder / CURRENT)
        except OSError:
            return None

    def in_service(self) -> Optional[Switch]:
        """The latest switch, or None before the first."""
        ident = self.current_id()
        if ident is None:
            return None
        at = os.lstat(self.folder / CURRENT).st_mtime
        noted = [switch for switch in self.switches() if switch.id == ident]
        last = noted[-1] if noted else Switch(ident, at)
        return Switch(ident, at, last.by, last.reason, last.previous)

    def switches(self) -> List[Switch]:
        """Every switch that was noted, oldest first."""
        try:
            lines = (self.folder / SWITCHES).read_text(encoding="utf-8").splitlines()
        except OSError:
            return []
        found = []
        for line in lines:
            try:
                found.append(Switch(**json.loads(line)))
            except (ValueError, TypeError):
                continue  # cut off by a power failure
        return found

    def get(self, ident: str) -> Release:
        try:
            return read_manifest((self.folder / ident / MANIFEST).read_bytes())
        except (OSError, ValueError, TypeError) as error:
            raise ReleaseError(f"找不到版本 {ident}，用 ./gjj releases 看有哪些（{error}）") from None

    def model_path(self, ident: str) -> Path:
        """Path of the model after its digest was checked; raises :class:`ReleaseError` when it does not fit."""
        path = self.folder / ident / MODEL
        if not path.exists() or digest(path) != self.get(ident).sha256:
            raise ReleaseError(f"版本 {ident} 的模型文件不完整，请 ./gjj releases rollback 换一个，或重新 ./gjj train")
        return path

    def read(self, ident: str, name: str) -> bytes:
        """A file of the release after its digest was checked; raises :class:`ReleaseError`."""
        wanted = self.get(ident).files.get(name)
        try:
            content = (self.folder / ident / name).read_bytes() if wanted else b""
        except OSError:
            content = b""
        if not wanted or hashlib.sha256(content).hexdigest() != wanted:
            raise ReleaseError(f"版本 {ident} 没有完整的 {name}")
        return content

    def all(self) -> List[Release]:
        """Newest first; folders without a readable manifest are left out."""
        found = []
        for path in self.folder.glob(f"[!.]*/{MANIFEST}"):
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
        """:meth:`keep` and :meth:`switch` in one."""
        release = self.keep(model, metrics, counts)
        self.switch(release.id)
        self.prune()
        return release

    def keep(
        self, model: Path, metrics: Dict[str, float], counts: Dict[str, int], files: Optional[Mapping[str, bytes]] = None,
        author: str = "", refusals: Sequence[str] = (), seconds: Optional[Dict[str, float]] = None, cpu: Optional[Dict[str, float]] = None, questions: str = "", learned: int = 0,
    ) -> Release:
        """Copy ``model`` and ``files`` in with a manifest; nothing is put in service. Drops all but the newest :data:`KEEP`."""
        self._clear_abandoned()
        moment = clock.now()
        ident = moment.strftime("%Y%m%d-%H%M%S")
        while any(self.folder.glob(f"{ident}*")):  # several in one second: the newest has the longest id
            ident += "a"
        self.folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{ident}.", dir=self.folder))
        staging.chmod(0o755)
        shutil.copyfile(model, staging / MODEL)
        for name, content in (files or {}).items():
            (staging / name).write_bytes(content)
        release = Release(
            ident, moment.isoformat(timespec="seconds"), digest(staging / MODEL), basis(), dict(metrics), dict(counts), author,
            list(refusals), {name: hashlib.sha256(content).hexdigest() for name, content in (files or {}).items()}, dict(seconds or {}),
            dict(cpu or {}), questions, learned,
        )
        (staging / MANIFEST).write_bytes(manifest_bytes(release))
        self.adopt(staging, ident)
        self.prune(ident)
        return release

    def adopt(self, staging: Path, ident: str) -> None:
        """Make the finished folder ``staging`` the release ``ident``, on disk for good."""
        for path in [*staging.iterdir(), staging]:
            _sync(path)
        staging.rename(self.folder / ident)
        _sync(self.folder)

    def prune(self, *spared: str) -> None:
        """Drop all but the newest :data:`KEEP`; what is in service, what was before it and ``spared`` stay."""
        service = self.in_service()
        spare = {*spared, *((service.id, service.previous) if service else ())}
        for old in self.all()[KEEP:]:
            if old.id not in spare:
                shutil.rmtree(self.folder / old.id, ignore_errors=True)

    def switch(self, ident: str, by: str = "", reason: str = "", at: Optional[float] = None) -> Switch:
        """Put ``ident`` in service; running workers load it within seconds. ``at``: when, for a switch made elsewhere."""
        self.model_path(ident)
        before = self.in_service()
        previous = (before.previous if before.id == ident else before.id) if before else ""
        switch = Switch(ident, at or time.time(), by, reason, previous)
        with (self.folder / SWITCHES).open("a", encoding="utf-8") as log:
            log.write(json.dumps(asdict(switch), ensure_ascii=False) + "\n")
        link = self.folder / f".{CURRENT}.{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(ident)
        os.utime(link, (switch.at, switch.at), follow_symlinks=False)
        link.replace(self.folder / CURRENT)
        _sync(self.folder)
        return switch

    def _clear_abandoned(self) -> None:
        for path in self.folder.glob(".2*"):
            try:
                if time.time() - path.stat().st_mtime > _ABANDONED:
                    shutil.rmtree(path, ignore_errors=True)
            except OSError:
                continue  # finished meanwhile


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
    found = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            found.update(block)
    return found.hexdigest()


def manifest_bytes(release: Release) -> bytes:
    return json.dumps(asdict(release), ensure_ascii=False, indent=2).encode()


def read_manifest(raw: bytes) -> Release:
    """Raises ValueError or TypeError for anything that is no manifest."""
    release = Release(**json.loads(raw))
    if any("/" in name or name.startswith(".") for name in (release.id, *release.files)):
        raise ValueError("a name with a path in it")
    return release


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
