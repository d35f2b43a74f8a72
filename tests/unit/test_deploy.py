"""`deploy/`, the Dockerfile and compose.yaml, held against the schemas of their tools."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

import kubernetes_validate
import pytest
import yaml

import citewire
from citewire.settings import env_name
from citewire.settings.settings import GROUP_OF
from tests.doubles.dockerfile import copied, read_dockerfile
from tests.doubles.tools import find_helm

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "citewire"
NEEDED = {"image.repository": "registry.example.org/citewire", "redis.url": "redis://:p@redis:6379"}
KUBERNETES = "1.35"
GRACE_S = 10
"""CITEWIRE_SHUTDOWN_GRACE_S, unless it is set."""

VALUES: Mapping[str, Mapping[str, str]] = {
    "the least": {},
    "everything": {
        "replicas": "3",
        "persistence.accessMode": "ReadWriteMany",
        "persistence.storageClass": "nfs",
        "secretSettings.OPENAI_API_KEY": "sk-1",
        "ingress.enabled": "true",
        "ingress.host": "example.org",
        "ingress.path": "/reports",
        "ingress.className": "nginx",
        "ingress.tlsSecret": "tls",
        "imagePullSecrets[0].name": "registry",
        "networkPolicy.from[0].namespaceSelector.matchLabels.name": "ingress",
        "networkPolicy.egressTo[0].ipBlock.cidr": "10.0.0.0/8",
        "podAnnotations.a": "b",
        "topologySpreadConstraints[0].maxSkew": "1",
        "topologySpreadConstraints[0].topologyKey": "zone",
        "topologySpreadConstraints[0].whenUnsatisfiable": "ScheduleAnyway",
    },
    "secrets of one's own": {
        "redis.url": "",
        "redis.existingSecret": "redis",
        "existingSecret": "settings",
        "persistence.existingClaim": "claim",
        "serviceAccount.create": "false",
        "image.digest": f"sha256:{'0' * 64}",
    },
    "for trying out": {"persistence.enabled": "false", "networkPolicy.enabled": "false"},
}


def helm(*asked: str) -> "subprocess.CompletedProcess[str]":
    command = [str(find_helm()), *asked]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def setting(values: Mapping[str, str]) -> list[str]:
    texts = ("settings", "secretSettings")
    words: list[str] = []
    for name, value in values.items():
        words += ["--set-string" if name.startswith(texts) else "--set", f"{name}={value}"]
    return words


@cache
def rendered(name: str) -> Sequence[dict[str, Any]]:
    made = helm("template", "test", str(CHART), *setting({**NEEDED, **VALUES[name]}))
    assert made.returncode == 0, made.stderr
    return [document for document in yaml.safe_load_all(made.stdout) if document]


def of_kind(name: str, kind: str) -> dict[str, Any]:
    [found] = [document for document in rendered(name) if document["kind"] == kind]
    return found


def pod_of(name: str) -> dict[str, Any]:
    return cast(dict[str, Any], of_kind(name, "Deployment")["spec"]["template"]["spec"])


def schema_check(schema: str, *files: Path) -> str:
    asked = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, files)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("name", VALUES)
def test_every_manifest_is_as_kubernetes_has_it(name: str) -> None:
    for document in rendered(name):
        kubernetes_validate.validate(document, KUBERNETES, strict=True)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"image.repository": ""}, "/image/repository"),
        ({"redis.url": ""}, "says where Redis is"),
        ({"replicas": "2"}, "ReadWriteMany"),
        ({"replicas": "2", "persistence.enabled": "false"}, "ReadWriteMany"),
        ({"settings.CITEWIRE_REQUIREKEY?": "on"}, "not allowed"),
        ({"ingress.enabled": "true"}, "ingress.host"),
        ({"persistance.size": "1Gi"}, "persistance"),
    ],
)
def test_values_that_cannot_work_are_refused(values: dict[str, str], why: str) -> None:
    made = helm("template", "test", str(CHART), *setting({**NEEDED, **values}))

    assert made.returncode != 0
    assert why in made.stderr


@pytest.mark.parametrize("name", VALUES)
def test_a_pod_has_time_to_store_its_answers(name: str) -> None:
    wait = re.search(r"sleep\((\d+)\)", str(pod_of(name)["containers"][0]["lifecycle"]))
    assert wait is not None

    settings = of_kind(name, "ConfigMap")["data"]
    grace = int(settings["CITEWIRE_SHUTDOWN_GRACE_S"])
    assert pod_of(name)["terminationGracePeriodSeconds"] > grace + int(wait[1])


@pytest.mark.parametrize("name", VALUES)
def test_a_pod_may_do_nothing_but_serve(name: str) -> None:
    pod = pod_of(name)
    container = pod["containers"][0]["securityContext"]

    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["automountServiceAccountToken"] is False
    assert container["readOnlyRootFilesystem"]
    assert container["allowPrivilegeEscalation"] is False
    assert container["capabilities"] == {"drop": ["ALL"]}


def test_people_are_led_to_where_the_ingress_is() -> None:
    [path] = of_kind("everything", "Ingress")["spec"]["rules"][0]["http"]["paths"]

    settings = of_kind("everything", "ConfigMap")["data"]
    assert settings["CITEWIRE_PUBLIC_URL"] == "https://example.org/reports"
    assert (path["path"], path["pathType"]) == ("/reports", "Prefix")


def test_pods_wait_for_each_other_only_where_they_share_a_volume_that_takes_one() -> None:
    one, many = (of_kind(name, "Deployment")["spec"] for name in ("the least", "everything"))

    assert one["strategy"] == {"type": "Recreate"}
    assert "strategy" not in many
    assert {document["kind"] for document in rendered("everything")} >= {"PodDisruptionBudget"}


def test_the_chart_sets_what_there_is() -> None:
    known = {env_name(name) for name in GROUP_OF}
    for name in VALUES:
        assert of_kind(name, "ConfigMap")["data"].keys() <= known


def test_versions_are_that_of_the_package() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]

    assert {chart["version"], chart["appVersion"]} == {citewire.__version__}
    assert services["citewire"]["image"] == f"citewire:{citewire.__version__}"
    assert services["valkey"]["image"] == f"citewire-valkey:{citewire.__version__}"


@pytest.mark.parametrize("name", ["package.json", "packages/citewire/package.json"])
def test_the_web_client_and_its_package_have_the_version(name: str) -> None:
    told = json.loads((ROOT / "frontend" / name).read_text("utf-8"))
    locked = json.loads((ROOT / "frontend" / "package-lock.json").read_text("utf-8"))["packages"]

    assert told["version"] == citewire.__version__
    assert locked[name.removesuffix("package.json").rstrip("/")]["version"] == told["version"]


def test_compose_is_as_its_schema_has_it() -> None:
    assert schema_check("vendor.compose-spec", ROOT / "compose.yaml") == ""


def test_workflows_are_as_github_has_them() -> None:
    workflows = sorted((ROOT / ".github" / "workflows").glob("*.yml"))

    assert schema_check("vendor.github-workflows", *workflows) == ""
    assert schema_check("vendor.dependabot", ROOT / ".github" / "dependabot.yml") == ""


def test_compose_gives_answers_time_to_be_stored() -> None:
    service = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]["citewire"]

    assert int(service["stop_grace_period"].removesuffix("s")) > GRACE_S


def test_systemd_gives_answers_time_to_be_stored() -> None:
    unit = (ROOT / "deploy" / "systemd" / "citewire.service").read_text("utf-8")
    stop = re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)

    assert stop is not None
    assert int(stop[1]) > GRACE_S


def test_what_runs_in_the_container_is_nobody_special_and_cannot_build() -> None:
    stages = read_dockerfile(ROOT / "Dockerfile")
    service = stages[-1]
    said = dict(service.steps)
    runs = " ".join(argument for word, argument in service.steps if word == "RUN")

    assert service.name == "service"
    assert said["USER"].isdigit()
    assert said["USER"] != "0"
    assert "HEALTHCHECK" in said
    assert "pip uninstall" in runs
    assert "apt-get" not in runs


def test_what_the_dockerfile_takes_from_a_lock_or_leaves_out_is_in_it() -> None:
    steps = [
        argument for stage in read_dockerfile(ROOT / "Dockerfile") for _, argument in stage.steps
    ]
    taken = [
        (set(names.split()), lock)
        for argument in steps
        for names, lock in re.findall(
            r'-v (?:only|without)="([^"]+)" \S*?([\w-]+\.lock) >', argument
        )
    ]

    assert len(taken) == 4
    for names, lock in taken:
        locked = re.findall(r"^([\w-]+)==", (ROOT / lock).read_text("utf-8"), re.MULTILINE)
        assert names <= set(locked), lock


def test_all_that_the_dockerfile_copies_is_there_and_let_in() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    let_in = [line.removeprefix("!") for line in ignored if line.startswith("!")]

    for path in copied(read_dockerfile(ROOT / "Dockerfile")):
        assert (ROOT / path).exists(), path
        assert any(path == name or path.startswith(f"{name}/") for name in let_in), path
