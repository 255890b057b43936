"""docs/security.md says nothing that no test proves; and what it says of the source is so."""
import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/.]+\.py)(?:::(\w+))?`", TEXT)))


@pytest.mark.parametrize("path, name", NAMED)
def test_the_test_that_is_named_exists(path, name):
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    found = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    assert (name in found) if name else any(one.startswith("test_") for one in found)


def test_every_requirement_has_a_test_and_appears_once():
    section = TEXT[TEXT.index("## 二、"):TEXT.index("## 三、")]
    rows = re.findall(r"^\| (V[^|]+) \|(.*)\|(.*)\|(.*)\|$", section, re.MULTILINE)
    assert len(rows) > 70
    seen = []
    for ids, _, _, tests in rows:
        assert "`tests/" in tests, ids
        seen += re.findall(r"V\d+\.\d+\.\d+(?:–V\d+\.\d+\.\d+)?", ids)
    assert [one for one in seen if seen.count(one) > 1] == []


def sources(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text("utf-8"))


def test_no_shell_no_eval_no_pickle_in_what_requests_reach():
    for path, tree in sources("bot/gateway", "bot/content", "actions"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                assert name not in ("eval", "exec", "compile", "os.system", "os.popen", "yaml.load_all", "yaml.unsafe_load"), (path, name)
                assert not any(word.arg == "shell" for word in node.keywords), path
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names = {alias.name for alias in node.names} | {getattr(node, "module", None) or ""}
                assert not names & {"pickle", "marshal", "shelve", "dill", "joblib"}, path


CALLERS = {"fleet.py", "workers.py", "calls.py", "wechat_calls.py", "wechat_api.py", "wechat.py"}
"""Modules that may open connections: to the workers, and to the channels the center has set up."""


def test_the_gateway_calls_nobody_but_its_own_parts():
    for path, tree in sources("bot/gateway"):
        for node in ast.walk(tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names = {alias.name for alias in node.names} | {getattr(node, "module", None) or ""}
                assert not names & {"requests", "httpx", "urllib.request", "http.client", "smtplib", "ftplib"}, path
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("ClientSession", "open_connection", "create_connection")):
                assert path.name in CALLERS, path
