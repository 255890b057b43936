"""Alert rules and dashboard: every number they look at exists, every alert leads to a page of the runbook."""
from __future__ import annotations

import json
import re

import pytest
import yaml

from bot.gateway.metrics import Metrics
from bot.settings import ROOT
from tests.deploy.conftest import DEPLOY, metric_names, used_metrics

RULES = [rule for group in yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text("utf-8"))["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text("utf-8"))
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", [])]


def anchors(page):
    """Anchors of a page's headings, as Git hosts make them."""
    for heading in re.findall(r"^#+ (.+)$", (ROOT / page).read_text("utf-8"), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_rules_look_at_numbers_that_exist_and_lead_to_the_runbook(rule):
    used = used_metrics(rule["expr"])
    assert used and used <= metric_names()
    assert set(rule) == {"alert", "expr", "for", "labels", "annotations"} and re.fullmatch(r"\d+[smh]", rule["for"])
    assert rule["labels"]["severity"] in ("critical", "warning")
    page, anchor = rule["annotations"]["runbook"].split("#")
    assert anchor in set(anchors(page))


def test_alerts_have_names_of_their_own():
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


def test_labels_in_rules_exist():
    metrics = Metrics()
    labels = {family.name: set(getattr(collector, "_labelnames", ())) for collector in vars(metrics).values() if hasattr(collector, "describe")
              for family in collector.describe()}
    for expression in [*(rule["expr"] for rule in RULES), *QUERIES]:
        for name, inside in re.findall(r"(gjj_\w+)\{([^}]*)\}", expression):
            family = re.sub(r"_(total|bucket|sum|count)$", "", name)
            for label in re.findall(r"(\w+)\s*(?:=~|!=|=)", inside):
                assert label in labels[family] | {"job", "instance", "le"}, (name, label)


@pytest.mark.parametrize("query", QUERIES)
def test_the_dashboard_shows_numbers_that_exist(query):
    used = used_metrics(query.replace("$__rate_interval", "5m"))
    assert used and used <= metric_names() | {"process_resident_memory_bytes"}


def test_every_number_of_ours_is_on_the_dashboard():
    shown = {re.sub(r"_(total|bucket|sum|count)$", "", name) for query in QUERIES for name in used_metrics(query)}
    ours = {family.name for family in Metrics().registry.collect() if family.name.startswith("gjj_")}
    assert ours <= shown, ours - shown


FAMILIES = {family.name + ("_total" if family.type == "counter" else ""): family.type
            for family in Metrics().registry.collect() if family.name.startswith("gjj_")}
KINDS = {"counter": "累计", "gauge": "现值", "histogram": "分布"}


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_every_number_is_in_the_manual_with_its_kind_and_labels(name):
    manual = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    (line,) = re.findall(rf"^\| `{name}` \| (\S+) \| (.+) \|$", manual, re.MULTILINE)
    assert line[0] == KINDS[FAMILIES[name]]
    family = name.removesuffix("_total")
    (collector,) = [one for one in vars(Metrics()).values() if hasattr(one, "describe") and one.describe()[0].name == family]
    for label in getattr(collector, "_labelnames", ()):
        assert f"`{label}`" in line[1], f"what is {label}?"


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_manuals_name_no_number_that_does_not_exist(page):
    known = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in metric_names()}
    named = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in re.findall(r"`(gjj_\w+)[`{]", page.read_text("utf-8"))}
    assert named <= known


def test_every_incident_of_the_runbook_says_what_to_look_at_and_what_to_do_first():
    incidents = re.split(r"^### ", (ROOT / "docs" / "runbook.md").read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert [int(text.split(".")[0]) for text in incidents] == list(range(1, 21))
    for text in incidents:
        assert "- **先止住**：" in text and "- **再治本**：" in text, text.splitlines()[0]


def test_panels_do_not_overlap():
    taken = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken and place["x"] + place["w"] <= 24, panel["title"]
        taken |= cells
