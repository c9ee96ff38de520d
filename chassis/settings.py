"""The only reader of the environment: every RINGBACK_ variable, what it means, and a refusal in plain words when it is wrong.

Any secret can be given as a file instead: RINGBACK_STORE_FILE=/secrets/dsn holds what RINGBACK_STORE would.
"""

import difflib
import os
import socket
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.errors import SettingsRefused
from chassis.sip_settings import SipFields

PREFIX = "RINGBACK_"
FOREIGN = frozenset({"RINGBACK_SHARED_DATA"})
"""Variables of the prefix that are the tests' own."""

_KAFKA = "kafka://"
_POSTGRES = ("postgresql://", "postgres://")
_DEVELOPMENT_KEY = "a key for development that everybody knows"
_YES = frozenset({"y", "yes", "t", "true", "on", "1"})

Security = Literal["PLAINTEXT", "SASL_SSL"]
Ratio = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Kafka:
    """How to reach a Kafka cluster."""

    servers: tuple[str, ...]
    security: Security
    username: str | None
    password: SecretStr | None
    ca_file: Path | None
    replicas: int


class Settings(SipFields, BaseSettings):
    """All that can be set from outside, read once at start. Use `load`, which refuses in plain words."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    service: str = Field(
        "ringback",
        pattern=r"^[a-z][a-z0-9-]{0,39}$",
        description="name of the service; `python -m services.contact` knows its own",
    )
    force: str = Field("demo", pattern=r"^[a-z][a-z0-9-]{0,39}$", description="short name of the police force, in small letters")
    instance: str = Field(
        default_factory=socket.gethostname,
        min_length=1,
        max_length=249,
        description="stable name of this process in its consumer group, normally the pod's; two on one machine need two names",
    )
    environment: Literal["development", "production"] = Field(
        "development", description="`production` refuses every default that is only safe on a developer's machine"
    )
    host: str = Field("127.0.0.1", min_length=1, description="address to listen on; `0.0.0.0` in a container")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 lets the system choose")
    store: SecretStr = Field(
        SecretStr(""),
        description="a SQLite file (left out: `data/<service>.sqlite`), or `postgresql://user:password@host/database`",
    )
    log: str = Field("data/log", description="a folder for the SQLite log, or `kafka://host:9092,host:9092`")
    kafka_security: Security = Field(
        "PLAINTEXT", description="how to speak to Kafka; SASL_SSL is SCRAM-SHA-512 over TLS, which production wants"
    )
    kafka_username: str | None = Field(None, description="Kafka user, with SASL")
    kafka_password: SecretStr | None = Field(None, description="Kafka password, with SASL")
    kafka_ca_file: Path | None = Field(None, description="PEM file of the authority that signed the brokers' certificates")
    kafka_replicas: int = Field(1, ge=1, le=9, description="copies of each partition when a topic is made; 3 in production")
    auth_issuer: str | None = Field(None, description="`iss` of accepted tokens; left out in development: the local issuer's")
    auth_audience: str = Field("ringback", min_length=1, description="`aud` of accepted tokens")
    auth_jwks: str | None = Field(None, description="file or https address of the issuer's public keys (JWKS)")
    auth_dev_folder: Path = Field(
        Path("data/issuer"), description="folder of the local issuer's key, used in development when no auth_issuer is set"
    )
    reference_key: SecretStr = Field(
        SecretStr(_DEVELOPMENT_KEY),
        description="key of the references that stand for telephone numbers, 32 characters or more, equal in all services",
    )
    handset_key: SecretStr | None = Field(
        None, description="key of the HMAC on positions that handsets send by HTTPS (AML); left out: seals cannot be checked"
    )
    otlp_endpoint: str | None = Field(
        None, pattern=r"^https?://", description="OTLP/HTTP address of an OpenTelemetry collector; left out: no spans leave"
    )
    trace_ratio: Ratio = Field(0.05, description="share of new traces that are recorded, 0 to 1")
    prestop_seconds: Seconds = Field(
        0, description="pause between readiness turning false and closing the door, where the platform has no preStop sleep"
    )
    drain_seconds: Seconds = Field(20, description="longest wait for requests under way when stopping")
    rate_per_second: float = Field(
        200, gt=0, le=100_000, allow_inf_nan=False, description="requests a second that each principal may make for long"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least serious line to write")
    policy: Path | None = Field(None, description="folder of the force's own policy files; left out: the built-in defaults")
    telephone: Literal["none", "simulated", "sip"] = Field(
        "simulated",
        description="`sip` rings callers; `none` rings nobody and leaves that to people; `simulated` is refused in production",
    )

    @field_validator("store", "reference_key", "kafka_password", "sip_password", "handset_key", mode="after")
    @classmethod
    def _one_line(cls, value: SecretStr | None) -> SecretStr | None:
        return SecretStr(value.get_secret_value().strip()) if value is not None else None

    @field_validator("store", mode="after")
    @classmethod
    def _known_store(cls, value: SecretStr) -> SecretStr:
        if "://" in value.get_secret_value() and not value.get_secret_value().startswith(_POSTGRES):
            raise ValueError("only a plain file path or a postgresql:// address is known here")
        return value

    @field_validator("log", mode="after")
    @classmethod
    def _known_log(cls, value: str) -> str:
        if "://" in value and not value.startswith(_KAFKA):
            raise ValueError("only a plain folder path or a kafka:// address is known here")
        if value.startswith(_KAFKA) and not all(_has_port(server) for server in _servers(value)):
            raise ValueError("every Kafka server needs its port, as in kafka://broker-1:9092,broker-2:9092")
        return value

    @field_validator("kafka_ca_file", mode="after")
    @classmethod
    def _readable(cls, value: Path | None) -> Path | None:
        if value is not None and not os.access(value, os.R_OK):
            raise ValueError("no readable file is there")
        return value

    @field_validator("policy", mode="after")
    @classmethod
    def _folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError("no folder is there")
        return value

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        problems = [*self._incomplete(), *(self._unsafe() if self.environment == "production" else ())]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _incomplete(self) -> Iterator[str]:
        if self.kafka_security.startswith("SASL") and not (self.kafka_username and self.kafka_password):
            yield f"{PREFIX}KAFKA_USERNAME and {PREFIX}KAFKA_PASSWORD: {PREFIX}KAFKA_SECURITY={self.kafka_security} needs both"
        if (self.auth_issuer is None) != (self.auth_jwks is None):
            yield f"{PREFIX}AUTH_ISSUER and {PREFIX}AUTH_JWKS: set both, or neither for the local issuer of development"
        if self.auth_jwks and "://" in self.auth_jwks and not self.auth_jwks.startswith("https://"):
            yield f"{PREFIX}AUTH_JWKS: keys are fetched over https only; give an https address or a file"
        if self.telephone == "sip" and self.sip is None:
            yield f"{PREFIX}SIP_TRUNKS: a SIP telephone needs a trunk, as in 203.0.113.5:5060"
        if (self.sip_username is None) != (self.sip_password is None):
            yield f"{PREFIX}SIP_USERNAME and {PREFIX}SIP_PASSWORD: set both, or neither for trunks that know us by our address"

    def _unsafe(self) -> Iterator[str]:
        if self.auth_issuer is None:
            yield f"{PREFIX}AUTH_ISSUER: production accepts no tokens of the local issuer; set it and {PREFIX}AUTH_JWKS"
        key = self.reference_key.get_secret_value()
        if key == _DEVELOPMENT_KEY or len(key) < 32:
            yield f"{PREFIX}REFERENCE_KEY: production needs a secret key of 32 characters or more, of its own or as a file"
        if self.kafka is not None and not self.kafka_security.endswith("SSL"):
            yield f"{PREFIX}KAFKA_SECURITY: production speaks to Kafka over TLS only; set SASL_SSL"
        if self.telephone == "simulated":
            yield f"{PREFIX}TELEPHONE: a simulated telephone rings nobody; set sip, or none and let people dial"

    @property
    def store_file(self) -> Path | None:
        """The SQLite file, or None when the store is PostgreSQL."""
        text = self.store.get_secret_value()
        return None if text.startswith(_POSTGRES) else Path(text or f"data/{self.service}.sqlite")

    @property
    def postgres(self) -> SecretStr | None:
        """The address of the PostgreSQL store, or None when the store is a SQLite file."""
        return None if self.store_file else self.store

    @property
    def log_folder(self) -> Path | None:
        """The folder of the SQLite log, or None when the log is Kafka."""
        return None if self.log.startswith(_KAFKA) else Path(self.log)

    @property
    def kafka(self) -> Kafka | None:
        """The Kafka cluster, or None when the log is a folder."""
        if not self.log.startswith(_KAFKA):
            return None
        return Kafka(
            _servers(self.log),
            self.kafka_security,
            self.kafka_username,
            self.kafka_password,
            self.kafka_ca_file,
            self.kafka_replicas,
        )


def load(service: str | None = None) -> Settings:
    """The settings of this process; raises SettingsRefused, which names every wrong variable and says what to do."""
    environment = {name.upper(): value for name, value in os.environ.items()}
    given, problems = _from_files(environment)
    if service:
        given["service"] = service
    problems += [*_unknown(environment), *_contradictions(environment, service)]
    try:
        settings = Settings(**given)
    except ValidationError as refused:
        for error in refused.errors(include_input=False, include_url=False):
            problems += _explained(error["loc"], error["msg"])
        raise SettingsRefused(_listed(problems)) from None
    if problems:
        raise SettingsRefused(_listed(problems))
    return settings


def for_child(chosen: Mapping[str, str]) -> dict[str, str]:
    """The environment of a service started from this process: ours, and what was chosen where ours says nothing."""
    return {**chosen, **os.environ}


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def is_secret(field: FieldInfo) -> bool:
    """Whether the value must never be shown, and can be given as a file."""
    return field.annotation is SecretStr or SecretStr in get_args(field.annotation)


def _servers(log: str) -> tuple[str, ...]:
    return tuple(log.removeprefix(_KAFKA).split(","))


def _has_port(server: str) -> bool:
    host, _, port = server.rpartition(":")
    return bool(host) and port.isdigit()


def _from_files(environment: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    given: dict[str, Any] = {}
    problems = []
    for name, field in Settings.model_fields.items():
        path = environment.get(f"{variable(name)}_FILE") if is_secret(field) else None
        if not path:
            continue
        if environment.get(variable(name)):
            problems.append(f"{variable(name)} and {variable(name)}_FILE: set one of the two")
        try:
            given[name] = Path(path).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as unreadable:
            problems.append(f"{variable(name)}_FILE: the file cannot be read ({type(unreadable).__name__})")
    return given, problems


def _unknown(environment: Mapping[str, str]) -> Iterator[str]:
    known = {variable(name) for name, _ in Settings.model_fields.items()} | FOREIGN
    known |= {f"{variable(name)}_FILE" for name, field in Settings.model_fields.items() if is_secret(field)}
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            yield f"{name}: no such setting; {f'did you mean {close[0]}?' if close else 'unset it'}"


def _contradictions(environment: Mapping[str, str], service: str | None) -> Iterator[str]:
    if environment.get("POSTGRES_ENABLE_DB_FUNCTIONS", "").lower() in _YES:
        yield "POSTGRES_ENABLE_DB_FUNCTIONS: unset it; with it the positions of heard events are silently not saved"
    if service and (environment.get(variable("service")) or service) != service:
        yield f"{variable('service')}: this process is {service}; unset it, or start the service it names"


def _explained(location: tuple[int | str, ...], message: str) -> list[str]:
    text = message.removeprefix("Value error, ")
    if not location:
        return text.split("\n")
    name = str(location[0])
    return [f"{variable(name)}: {text[0].lower()}{text[1:]}; meaning: {Settings.model_fields[name].description}"]


def _listed(problems: Iterable[str]) -> str:
    return "settings are refused:\n" + "\n".join(f"  - {problem}" for problem in problems)


if __name__ == "__main__":
    from chassis import settings_page

    sys.stdout.write(settings_page.page())
