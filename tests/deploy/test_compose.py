"""The compose file and the Dockerfiles: against the schema, and against what exists in the repository."""
from __future__ import annotations

import json
import re
from importlib.resources import files

import jsonschema
import pytest
import yaml

from bot.endpoint import Endpoint
from bot.settings import ROOT
from tests.deploy.conftest import DEPLOY, environment_of_python, module_exists

COMPOSE = yaml.safe_load((DEPLOY / "compose.yml").read_text("utf-8"))
OURS = ("gateway", "worker", "trainer", "backup")
DOCKERFILES = sorted((DEPLOY / "docker").glob("*.Dockerfile"))


def test_it_fits_the_compose_specification():
    schema = json.loads((files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json").read_text("utf-8"))
    jsonschema.validate(COMPOSE, schema)


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_containers_have_no_rights_they_do_not_need(name):
    service = COMPOSE["services"][name]
    assert service["read_only"] and service["cap_drop"] == ["ALL"] and "no-new-privileges:true" in service["security_opt"]


def test_only_the_gateway_can_be_reached_and_only_from_this_machine():
    assert COMPOSE["networks"]["inner"] == {"internal": True}
    for name, service in COMPOSE["services"].items():
        assert service["networks"] == (["outer", "inner"] if name == "gateway" else ["inner"])
        assert service.get("ports", []) == (["127.0.0.1:8080:8080"] if name == "gateway" else [])


@pytest.mark.parametrize("name", OURS)
def test_variables_secrets_and_volumes_exist(name, settings_variables):
    service = COMPOSE["services"][name]
    assert set(service["environment"]) - environment_of_python() <= settings_variables
    assert set(service["secrets"]) <= set(COMPOSE["secrets"])
    for value in service["environment"].values():
        if str(value).startswith("/run/secrets/"):
            assert value.rsplit("/", 1)[1] in service["secrets"]
    assert {volume.split(":")[0] for volume in service["volumes"]} <= set(COMPOSE["volumes"]) | {"./backups"}


def test_the_gateway_finds_the_workers_where_they_listen():
    place = Endpoint.parse(COMPOSE["services"]["gateway"]["environment"]["GJJ_WORKER_SOCKETS"])
    assert place.host in COMPOSE["services"]
    worker = (DEPLOY / "docker" / "worker.Dockerfile").read_text("utf-8")
    assert f'"--listen", "0.0.0.0:{place.port}"' in worker and f"EXPOSE {place.port} {place.health.port}" in worker
    assert f"127.0.0.1:{place.health.port}/healthz" in worker


def test_the_trainers_health_is_the_file_it_touches():
    from bot.training.service import ALIVE

    trainer = COMPOSE["services"]["trainer"]
    volume = next(v for v in trainer["volumes"] if v.startswith("releases:")).split(":")[1]
    assert f"{volume}/run/{ALIVE} " in trainer["healthcheck"]["test"][1]


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_dockerfiles_copy_what_exists_and_is_not_ignored_and_run_as_nobody(path):
    text = path.read_text("utf-8")
    for line in re.findall(r"^COPY (?!--from)(?:--chown=\S+ )?(.+)$", text, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
    ignored = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line and not line.startswith("!")]
    assert not {"bot", "data", "actions"} & set(ignored)
    assert re.findall(r"^USER (.+)$", text, re.MULTILINE)[-1] == "10001:10001"
    for module in re.findall(r'"-m", "([\w.]+)"', text) + re.findall(r"-m (bot[\w.]+)", text):
        assert module_exists(module), module


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_dockerfiles_need_nothing_but_base_images_and_package_registries(path):
    text = path.read_text("utf-8")
    assert not re.search(r"\b(curl|wget|git clone|ADD http|apt-get)\b", text)
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) <= {"python:3.12-slim-bookworm", "python:3.10-slim-bookworm"}
    assert "--require-hashes" in text


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_variables_in_images_are_read_by_the_program(path, settings_variables):
    names = set(re.findall(r"\b([A-Z][A-Z_]+)=", " ".join(re.findall(r"^ENV ((?:.*\\\n)*.*)$", path.read_text("utf-8"), re.MULTILINE))))
    assert names - environment_of_python() <= settings_variables and names
