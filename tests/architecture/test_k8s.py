"""What the manifests promise: they are valid, agree with the code's own settings and addresses, and let nothing run as root."""

import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from chassis.http import health
from chassis.settings import Settings, variable
from chassis.sip_settings import SipFields
from contracts.topics import SERVICES
from services.callback.telephone.sip.reach import Reach, reach
from services.callback.telephone.sip.wire.address import Carrier

K8S = Path(__file__).parents[2] / "deploy" / "k8s"
DOCKERFILE = K8S.parent / "Dockerfile"
RELEASE = "1.34"

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed, so nothing can be rendered")
Manifest = dict[str, Any]


@cache
def rendered(folder: Path = K8S / "overlays" / "dev") -> tuple[Manifest, ...]:
    run = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return tuple(yaml.safe_load_all(run.stdout))


SIP = K8S / "overlays" / "sip-example"


def of(kind: str, folder: Path = K8S / "overlays" / "dev") -> list[Manifest]:
    return [manifest for manifest in rendered(folder) if manifest["kind"] == kind]


def pods() -> dict[str, Manifest]:
    """The pod specification of each deployment."""
    return {deployment["metadata"]["name"]: deployment["spec"]["template"]["spec"] for deployment in of("Deployment")}


def containers() -> Iterator[Manifest]:
    return (container for pod in pods().values() for container in pod["containers"])


def settings() -> dict[str, str]:
    (config,) = of("ConfigMap")
    return config["data"]


def test_every_object_keeps_the_schema_of_its_kind() -> None:
    for manifest in (one for overlay in (K8S / "overlays").iterdir() for one in rendered(overlay)):
        kubernetes_validate.validate(manifest, RELEASE, strict=True)


def test_each_service_runs_as_its_own_command() -> None:
    assert {name: pod["containers"][0]["args"] for name, pod in pods().items()} == {
        f"ringback-{service}": ["-m", f"services.{service}"] for service in SERVICES
    }


def test_every_selector_finds_the_pods_of_its_own_service_and_no_others() -> None:
    labels = {
        deployment["metadata"]["name"]: deployment["spec"]["template"]["metadata"]["labels"] for deployment in of("Deployment")
    }
    selectors = {
        **{(m["kind"], m["metadata"]["name"]): m["spec"]["selector"] for m in of("Service")},
        **{(m["kind"], m["metadata"]["name"]): m["spec"]["selector"]["matchLabels"] for m in of("Deployment")},
        **{(m["kind"], m["metadata"]["name"]): m["spec"]["selector"].get("matchLabels", {}) for m in of("PodDisruptionBudget")},
        **{
            (m["kind"], m["metadata"]["name"]): m["spec"]["podSelector"].get("matchLabels", {})
            for m in of("NetworkPolicy")
            if m["metadata"]["name"] != "default-deny"
        },
    }
    assert len(selectors) == 4 * len(SERVICES)
    for (kind, name), selector in selectors.items():
        assert [pod for pod, worn in labels.items() if selector.items() <= worn.items()] == [name], f"{kind} {name}"


def test_every_setting_is_one_the_services_know() -> None:
    assert set(settings()) <= {variable(name) for name in Settings.model_fields}


def test_no_service_is_refused_its_start_by_variables_that_kubernetes_adds() -> None:
    assert all(pod["enableServiceLinks"] is False for pod in pods().values())


def test_probes_and_scrapes_ask_addresses_that_the_service_answers() -> None:
    asked = {"startupProbe": health.STARTED, "livenessProbe": health.LIVE, "readinessProbe": health.READY}
    for container in containers():
        assert {probe: container[probe]["httpGet"]["path"] for probe in asked} == asked
    monitor = yaml.safe_load((K8S / "components" / "pod-monitor" / "podmonitor.yaml").read_text())
    assert [endpoint["path"] for endpoint in monitor["spec"]["podMetricsEndpoints"]] == [health.METRICS]


def test_a_pod_is_given_the_time_it_needs_to_drain() -> None:
    for pod in pods().values():
        pause = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert pod["terminationGracePeriodSeconds"] >= pause + float(settings()["RINGBACK_DRAIN_SECONDS"]) + 30


def test_pods_keep_to_the_restricted_standard_and_write_only_where_a_volume_is() -> None:
    for pod in pods().values():
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            own = container["securityContext"]
            assert own["readOnlyRootFilesystem"] is True
            assert own["allowPrivilegeEscalation"] is False
            assert own["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"] == container["resources"]["requests"]["memory"]


def test_no_secret_is_written_down() -> None:
    assert not of("Secret")
    assert not {name for name in settings() if any(word in name for word in ("PASSWORD", "KEY", "TOKEN"))}


def test_embedded_stores_lie_on_the_volume() -> None:
    (folder,) = [line.split()[1] for line in DOCKERFILE.read_text().splitlines() if line.startswith("WORKDIR /var")]
    left_out = Settings(service="contact")
    for place in (left_out.store_file, left_out.log_folder, left_out.auth_dev_folder):
        assert place is not None
        lies = Path(folder) / place
        for container in containers():
            assert any(lies.is_relative_to(mount["mountPath"]) for mount in container["volumeMounts"]), f"{lies} is on no volume"


def test_embedded_services_share_one_node_and_never_overlap() -> None:
    for deployment in of("Deployment"):
        assert deployment["spec"]["replicas"] == 1
        assert deployment["spec"]["strategy"] == {"type": "Recreate"}
        (together,) = deployment["spec"]["template"]["spec"]["affinity"]["podAffinity"][
            "requiredDuringSchedulingIgnoredDuringExecution"
        ]
        assert together["topologyKey"] == "kubernetes.io/hostname"


def test_a_changed_setting_rolls_the_pods() -> None:
    (config,) = of("ConfigMap")
    assert config["metadata"]["name"] != "ringback-settings", "the name carries a hash of the content"
    assert all(container["envFrom"] == [{"configMapRef": {"name": config["metadata"]["name"]}}] for container in containers())


def telephone() -> tuple[Manifest, dict[str, str], Reach]:
    """The one network policy that lets SIP through, the settings that come with it, and what the service reads from them."""
    (policy,) = [one for one in of("NetworkPolicy", SIP) if one["metadata"]["name"] == "ringback-callback-sip"]
    (config,) = [one for one in of("ConfigMap", SIP) if one["metadata"]["name"].startswith("ringback-sip-")]
    fields = {name.removeprefix("RINGBACK_").lower(): value for name, value in config["data"].items()}
    sip = SipFields.model_validate({name: value for name, value in fields.items() if name.startswith("sip_")}).sip
    assert sip is not None
    return policy, config["data"], reach(sip)


def test_sip_passes_to_and_from_the_pods_of_callback_alone() -> None:
    policy, _, _ = telephone()
    labels = {one["metadata"]["name"]: one["spec"]["template"]["metadata"]["labels"] for one in of("Deployment", SIP)}
    wanted = policy["spec"]["podSelector"]["matchLabels"]
    assert [name for name, worn in labels.items() if wanted.items() <= worn.items()] == ["ringback-callback"]
    others = [one for one in rendered(SIP) if "callback" not in one["metadata"]["name"] and "sip" not in one["metadata"]["name"]]
    assert others == [one for one in rendered() if "callback" not in one["metadata"]["name"]], "nothing else has changed"


def test_every_trunk_of_the_settings_can_be_reached_and_can_reach_us_and_nothing_else_can() -> None:
    policy, _, reached = telephone()
    (way_out,), (way_in,) = policy["spec"]["egress"], policy["spec"]["ingress"]
    (there,), (back,) = way_out["to"], way_in["from"]
    assert there == back
    block = ip_network(there["ipBlock"]["cidr"])
    open_out = {(port["protocol"], port["port"]) for port in way_out["ports"]}
    for trunk in reached.trunks:
        assert ip_address(trunk.host) in block, trunk
        assert ("UDP" if trunk.carrier is Carrier.UDP else "TCP", trunk.port) in open_out, trunk
    (callback,) = [one for one in of("Deployment", SIP) if one["metadata"]["name"] == "ringback-callback"]
    (container,) = callback["spec"]["template"]["spec"]["containers"]
    listens = {(one["protocol"], one["containerPort"]) for one in container["ports"] if one["name"].startswith("sip")}
    assert listens == {(port["protocol"], port["port"]) for port in way_in["ports"]} == {("UDP", 5060), ("TCP", 5060)}


def test_callback_is_given_its_sip_settings_and_only_such_as_it_knows() -> None:
    _, settings_of_sip, _ = telephone()
    assert settings_of_sip["RINGBACK_TELEPHONE"] == "sip"
    for deployment in of("Deployment", SIP):
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        given = [one["configMapRef"]["name"].rpartition("-")[0] for one in container["envFrom"]]
        own = {one["name"]: one.get("value") for one in container.get("env", ())}
        if deployment["metadata"]["name"] == "ringback-callback":
            assert given == ["ringback-settings", "ringback-sip"]
            assert own == {"POD_IP": None, "RINGBACK_SIP_LISTEN": "$(POD_IP):5060"}
        else:
            assert (given, own) == (["ringback-settings"], {})
    assert {*settings_of_sip, "RINGBACK_SIP_LISTEN"} <= {variable(name) for name in Settings.model_fields}
    assert not {name for name in settings_of_sip if any(word in name for word in ("PASSWORD", "KEY", "TOKEN"))}
