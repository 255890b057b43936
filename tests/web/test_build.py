"""The chat window's sources in ``web/`` and what is served: the same thing, correctly typed, small, tested. Needs Node.js 20 or later."""
from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES, SERVED = ROOT / "web", ROOT / "bot" / "gateway" / "web"
BUILT = ("chat.js", "widget.js", "preview.js", "chat.css")
MOST_BYTES = 60_000


def run(*command):
    """A command in ``web/``; its output when it fails."""
    done = subprocess.run(command, cwd=SOURCES, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def node():
    """Node.js with the locked packages of ``web/package-lock.json``, installed when the lock changed."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("no Node.js on this machine (apt-get install nodejs npm)")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").split(".")[0]) < 20:
        pytest.skip(f"Node.js {version.strip()} is too old, 20 or later is needed")
    stamp = SOURCES / "node_modules" / ".gjj-lock"
    lock = hashlib.sha256((SOURCES / "package-lock.json").read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != lock:
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        stamp.write_text(lock)


def test_what_is_served_is_what_the_sources_build(node, tmp_path):
    run("node", "build.mjs", str(tmp_path))
    differ = [name for name in BUILT if (tmp_path / name).read_bytes() != (SERVED / name).read_bytes()]
    assert differ == [], "run `npm run build` in web/ and commit the result"


def test_the_sources_are_correctly_typed(node):
    run("npm", "run", "--silent", "check")


def test_the_unit_tests_pass(node):
    run("npm", "test", "--silent")


def test_everything_served_is_at_most_60_kb_compressed():
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in SERVED.iterdir()}
    assert sum(sizes.values()) <= MOST_BYTES, sizes


def test_the_lock_names_no_host_and_every_package_has_its_hash():
    lock = json.loads((SOURCES / "package-lock.json").read_text("utf-8"))
    packages = [package for name, package in lock["packages"].items() if name]
    assert packages and all(package["integrity"].startswith("sha512-") for package in packages)
    assert not re.search(r"https?://(?!opencollective|github|tidelift|www\.patreon)", json.dumps([{k: v for k, v in p.items() if k != "funding"} for p in packages]))
