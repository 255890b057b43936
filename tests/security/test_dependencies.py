"""The gateway's lock file: hashed to the last package, free of known vulnerabilities; the worker's exceptions are written down."""
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
GATEWAY = ROOT / "bot" / "gateway" / "requirements.txt"
TESTS = ROOT / "tests" / "requirements-gateway.txt"
WORKER = ROOT / "bot" / "worker" / "requirements.txt"
KNOWN = yaml.safe_load((Path(__file__).parent / "advisories.yml").read_text("utf-8"))


def locked(path):
    return dict(re.findall(r"^([a-z0-9_.-]+)==([^ \\\n]+)", path.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("package", list(KNOWN))
def test_no_locked_version_has_a_known_vulnerability(package):
    found = [versions[package] for versions in (locked(GATEWAY), locked(TESTS)) if package in versions]
    assert found, f"{package} is not locked any more: take it out of advisories.yml"
    for version in found:
        assert Version(version) >= Version(str(KNOWN[package]["fixed"])), (package, version, KNOWN[package]["ids"])


@pytest.mark.parametrize("path", [GATEWAY, WORKER, TESTS], ids=lambda path: path.parent.name + "/" + path.name)
def test_every_package_is_pinned_and_hashed(path):
    """Attack: a package replaced on its way, or a newer one nobody looked at."""
    text = path.read_text("utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert len(entries) > 10
    for entry in entries:
        assert re.match(r"[a-z0-9_.-]+==", entry) and "--hash=sha256:" in entry, entry[:80]
    for elsewhere in ("http:", "https:", "git+", "--index-url", "--extra-index-url", "--find-links", "--trusted-host"):
        assert elsewhere not in text


def test_the_gateway_has_none_of_the_packages_that_cannot_be_mended():
    assert not {"rasa", "rasa-sdk", "sanic", "tensorflow", "keras", "onnx", "skops", "pymongo"} & set(locked(GATEWAY))


def test_every_known_exception_of_the_worker_is_explained():
    """docs/security.md names each package of the worker's environment that stays vulnerable, at the version that is locked."""
    text = (ROOT / "docs" / "security.md").read_text("utf-8")
    section = text[text.index("## 四、"):text.index("## 五、")]
    rows = re.findall(r"^\| `([a-z0-9-]+) ([0-9.]+)` \|", section, re.MULTILINE)
    assert len(rows) > 10
    for package, version in rows:
        assert locked(WORKER).get(package) == version, (package, version)


@pytest.mark.timeout(300)
def test_pip_audit_finds_nothing():
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--no-deps", "--progress-spinner", "off", "-f", "json", "-r", str(GATEWAY), "-r", str(TESTS)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=280)
    try:
        packages = json.loads(run.stdout)["dependencies"]
    except (ValueError, KeyError):
        pytest.skip("the vulnerability service cannot be reached: " + (run.stderr.strip().splitlines() or ["no answer"])[-1][:200])
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        pytest.skip("the vulnerability service knows none of the packages: a mirror without advisories. Last state: docs/security.md")
    assert [package for package in packages if package.get("vulns")] == []
