"""The Kubernetes manifests: against the schemas of a current version, and against what our processes really offer."""
from __future__ import annotations

import re
import shutil
import subprocess

import kubernetes_validate
import pytest
import yaml

from bot.endpoint import Endpoint
from tests.deploy.conftest import DEPLOY, documents, environment_of_python, module_exists

FOREIGN = ("redis.redis.opstreelabs.in/", "keda.sh/", "kustomize.config.k8s.io/")
"""Kinds of operators, whose schemas are not part of Kubernetes."""
ALL = list(documents("kubernetes"))
WORKLOADS = [d for _, d in ALL if d["kind"] == "Deployment"]
JOBS = [d for _, d in ALL if d["kind"] in ("CronJob", "Job")]


def named(kind, name):
    (found,) = [d for _, d in ALL if d["kind"] == kind and d["metadata"]["name"] == name]
    return found


def pod(workload):
    spec = workload["spec"]
    return spec.get("jobTemplate", {}).get("spec", spec)["template"]["spec"]


def containers(workload):
    spec = pod(workload)
    return [*spec.get("initContainers", []), *spec["containers"]]


@pytest.mark.parametrize(("path", "document"), ALL, ids=lambda value: str(value) if not isinstance(value, dict) else value["kind"])
def test_manifests_fit_the_schemas(path, document):
    if not document["apiVersion"].startswith(FOREIGN):
        kubernetes_validate.validate(document, "1.33", strict=True)


def test_the_kustomization_names_every_file_beside_it():
    listed = set(yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yml").read_text("utf-8"))["resources"])
    assert listed == {path.name for path in (DEPLOY / "kubernetes").glob("*.yml")} - {"kustomization.yml"}


@pytest.mark.parametrize("workload", [*WORKLOADS, *JOBS], ids=lambda w: w["metadata"]["name"])
def test_pods_have_no_rights_they_do_not_need(workload):
    spec = pod(workload)
    assert spec["securityContext"]["runAsNonRoot"] and spec["securityContext"]["runAsUser"] > 0
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"} and spec["automountServiceAccountToken"] is False
    for container in containers(workload):
        rights = container["securityContext"]
        assert rights == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        assert container["resources"]["limits"]["memory"] and container["resources"]["requests"]["cpu"]
        assert all("secretKeyRef" in e["valueFrom"] for e in container.get("env", []) if "PASSWORD" in e["name"]), "no secret in clear"


def test_what_is_backed_up_can_be_restored_from_where_it_lies():
    backup, restore = (pod(named(kind, name)) for kind, name in (("CronJob", "gjj-backup"), ("Job", "gjj-restore")))
    assert backup["volumes"] == restore["volumes"]
    (saving,), (loading,) = backup["containers"], restore["containers"]
    assert {m["mountPath"] for m in saving["volumeMounts"]} == {m["mountPath"] for m in loading["volumeMounts"]}
    assert {m["name"] for m in loading["volumeMounts"] if not m.get("readOnly")} == {"content", "var", "tmp"}, "what restore writes"
    releases = {m["name"]: m["mountPath"] for m in containers(named("Deployment", "gjj-trainer"))[-1]["volumeMounts"]}["var"]
    assert {"name": "var", "mountPath": releases} in saving["volumeMounts"]
    assert saving["env"] == loading["env"] == containers(named("Deployment", "gjj-gateway"))[-1]["env"][1:]
    for container in (saving, loading):
        assert re.search(r"-m bot\.cli (backup|restore)\b", " ".join(container["command"]))


@pytest.mark.parametrize("workload", [*WORKLOADS, *JOBS], ids=lambda w: w["metadata"]["name"])
def test_every_variable_is_read_by_the_program(workload, settings_variables):
    configured = set(named("ConfigMap", "gjj")["data"])
    own = {e["name"] for c in containers(workload) for e in c.get("env", [])} - {"REDIS_PASSWORD", "POD_NAME"}
    assert (configured | own) - environment_of_python() <= settings_variables


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w["metadata"]["name"])
def test_commands_are_modules_of_ours(workload):
    (container,) = workload["spec"]["template"]["spec"]["containers"]
    arguments = container.get("args", ["-m", "bot.gateway"])
    assert module_exists(arguments[arguments.index("-m") + 1])


def test_probes_ask_ports_and_paths_that_exist():
    gateway, worker = (named("Deployment", name)["spec"]["template"]["spec"]["containers"][0] for name in ("gjj-gateway", "gjj-worker"))
    for container, port in ((gateway, "http"), (worker, "health")):
        assert {p["name"] for p in container["ports"]} >= {port}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            asked = container[probe]["httpGet"]
            assert asked["port"] == port and asked["path"] in ("/healthz", "/readyz")
        assert container["livenessProbe"]["httpGet"]["path"] == "/healthz", "a missing Redis is no reason to kill the process"
    listening = Endpoint.parse(worker["args"][-1])
    ports = {p["name"]: p["containerPort"] for p in worker["ports"]}
    assert ports == {"messages": listening.port, "health": listening.health.port}


def test_a_trainer_that_is_stuck_is_started_again():
    from bot.training.service import ALIVE

    (trainer,) = named("Deployment", "gjj-trainer")["spec"]["template"]["spec"]["containers"]
    command = trainer["livenessProbe"]["exec"]["command"]
    assert f"{named_mount(trainer, 'var')}/run/{ALIVE} " in command[2], "Settings.run_dir"
    assert subprocess.run([*command[:2], command[2].replace("/var/lib/gjj", "/nowhere")], stderr=subprocess.DEVNULL).returncode != 0


def named_mount(container, name):
    (mount,) = [m for m in container["volumeMounts"] if m["name"] == name]
    return mount["mountPath"]


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w["metadata"]["name"])
def test_nothing_is_written_but_where_a_volume_is(workload):
    """The root is read-only: the data folder and /tmp are volumes, and what is mounted read-only the program only reads."""
    (container,) = workload["spec"]["template"]["spec"]["containers"]
    writable = {m["mountPath"] for m in container["volumeMounts"] if not m.get("readOnly")}
    gateway = workload["metadata"]["name"] == "gjj-gateway"  # the console changes content
    assert writable == {"/var/lib/gjj", "/tmp"} | ({"/opt/gjj/data"} if gateway else set())


def test_every_part_of_which_there_are_several_has_a_disruption_budget():
    covered = {d["spec"]["selector"]["matchLabels"]["app"] for _, d in ALL if d["kind"] == "PodDisruptionBudget"}
    assert covered == {"gjj-gateway", "gjj-worker", "gjj-redis", "gjj-redis-sentinel"}
    assert named("Deployment", "gjj-trainer")["spec"]["replicas"] == 1 and named("Deployment", "gjj-trainer")["spec"]["strategy"] == {"type": "Recreate"}


def rendered(tmp_path, change=lambda text: text):
    """What ``kubectl apply -k`` would send."""
    folder = tmp_path / "kubernetes"
    shutil.copytree(DEPLOY / "kubernetes", folder)
    file = folder / "kustomization.yml"
    file.write_text(change(file.read_text("utf-8")), "utf-8")
    done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=True)
    return list(yaml.safe_load_all(done.stdout))


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kubectl_puts_it_together_with_one_way_to_scale(tmp_path):
    plain = rendered(tmp_path / "plain")
    by_queue = rendered(tmp_path / "queue", lambda text: text.replace("# components:", "components:"))
    scaling = {"HorizontalPodAutoscaler", "ScaledObject"}
    assert [d["kind"] for d in plain if d["kind"] in scaling] == ["HorizontalPodAutoscaler"]
    assert [d["kind"] for d in by_queue if d["kind"] in scaling] == ["ScaledObject"]
    for document in [*plain, *by_queue]:
        assert document["kind"] == "Namespace" or document["metadata"]["namespace"] == "gjj"
    images = {c["image"] for d in plain if d["kind"] == "Deployment" for c in containers(d)}
    assert images == {"registry.example.gov.cn/gjj/gateway:2026.11", "registry.example.gov.cn/gjj/worker:2026.11"}


def test_gateways_find_all_workers_by_one_name():
    place = Endpoint.parse(named("ConfigMap", "gjj")["data"]["GJJ_WORKER_SOCKETS"])
    service = named("Service", place.host)
    assert service["spec"]["clusterIP"] == "None" and service["spec"]["selector"] == {"app": "gjj-worker"}
    assert place.port in {p["port"] for p in service["spec"]["ports"]}


def test_workers_get_the_time_to_finish_what_they_have():
    assert named("Deployment", "gjj-worker")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > 20 + 20


def allowed_into(app):
    """Labels of pods and names of namespaces that may reach pods with label ``app``; everything else is denied."""
    found = set()
    for _, policy in ALL:
        if policy["kind"] != "NetworkPolicy" or not _selects(policy["spec"]["podSelector"], app):
            continue
        assert "Ingress" in policy["spec"]["policyTypes"] or policy["metadata"]["name"] == "names"
        for rule in policy["spec"].get("ingress", []):
            for peer in rule["from"]:
                for kind in ("podSelector", "namespaceSelector"):
                    found |= _values(peer.get(kind))
    return found


def _values(selector):
    if selector is None:
        return set()
    return {*selector.get("matchLabels", {}).values(), *(v for e in selector.get("matchExpressions", []) for v in e["values"])}


def _selects(selector, app):
    return selector == {} or app in _values(selector)


def test_workers_and_redis_are_private():
    assert named("NetworkPolicy", "nothing")["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert allowed_into("gjj-worker") == {"gjj-gateway"}
    assert allowed_into("gjj-trainer") == set()
    assert allowed_into("gjj-redis") == {"gjj-gateway", "gjj-worker", "gjj-trainer", "gjj-backup", "gjj-redis", "gjj-redis-sentinel",
                                          "redis-operator"}
    assert allowed_into("gjj-backup") == set()
    assert allowed_into("gjj-gateway") == {"ingress-nginx", "monitoring"}


def test_the_ingress_keeps_websockets_open_longer_than_their_heartbeat():
    from bot.gateway.websocket import HEARTBEAT_SECONDS

    ingress = named("Ingress", "gjj")
    assert int(ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-read-timeout"]) > 2 * HEARTBEAT_SECONDS
    backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert named("Service", backend["name"])["spec"]["ports"][0]["name"] == backend["port"]["name"]


def test_scaling_follows_a_metric_that_exists():
    from tests.deploy.conftest import metric_names, used_metrics

    trigger = named("ScaledObject", "gjj-worker")["spec"]["triggers"][0]["metadata"]["query"]
    assert used_metrics(trigger) == {"gjj_messages_in_flight"} <= metric_names()


def test_redis_never_drops_conversations_silently():
    settings = named("ConfigMap", "gjj-redis")["data"]["redis-additional.conf"]
    assert "maxmemory-policy noeviction" in settings and "appendonly yes" in settings
    assert re.search(r"min-replicas-to-write 1", settings)
