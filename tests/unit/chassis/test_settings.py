"""What the environment may say, what is refused, and that no secret is ever shown."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from chassis import settings, settings_page
from chassis.errors import SettingsRefused

KEY = "0123456789abcdef0123456789abcdef"
PRODUCTION = {
    "RINGBACK_ENVIRONMENT": "production",
    "RINGBACK_AUTH_ISSUER": "https://login.example",
    "RINGBACK_AUTH_JWKS": "https://login.example/keys",
    "RINGBACK_REFERENCE_KEY": KEY,
    "RINGBACK_TELEPHONE": "none",
    "RINGBACK_LOG": "kafka://broker-1:9092,broker-2:9092",
    "RINGBACK_KAFKA_SECURITY": "SASL_SSL",
    "RINGBACK_KAFKA_USERNAME": "contact",
    "RINGBACK_KAFKA_PASSWORD": "only the broker knows",
    "RINGBACK_STORE": "postgresql://contact:only-the-database-knows@db/contact",
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("RINGBACK_"):
            monkeypatch.delenv(name)


def load(monkeypatch: pytest.MonkeyPatch, given: Mapping[str, str], service: str | None = "contact") -> settings.Settings:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return settings.load(service)


def refused(monkeypatch: pytest.MonkeyPatch, given: Mapping[str, str]) -> str:
    with pytest.raises(SettingsRefused) as refusal:
        load(monkeypatch, given)
    return str(refusal.value)


def test_with_nothing_set_a_service_keeps_everything_in_files_here() -> None:
    defaults = settings.load("contact")
    assert (defaults.store_file, defaults.postgres) == (Path("data/contact.sqlite"), None)
    assert (defaults.log_folder, defaults.kafka) == (Path("data/log"), None)
    assert (defaults.environment, defaults.host, defaults.trace_ratio) == ("development", "127.0.0.1", 0.05)


def test_production_on_kafka_and_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    production = load(monkeypatch, PRODUCTION)
    assert production.store_file is None and production.log_folder is None
    assert production.postgres is not None and production.postgres.get_secret_value() == PRODUCTION["RINGBACK_STORE"]
    assert production.kafka is not None
    assert production.kafka.servers == ("broker-1:9092", "broker-2:9092")
    assert production.kafka.password is not None and production.kafka.password.get_secret_value() == "only the broker knows"


def test_no_secret_is_ever_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    production = load(monkeypatch, PRODUCTION)
    shown = f"{production!r} {production} {production.model_dump()} {production.model_dump_json()} {production.kafka!r}"
    for secret in (KEY, "only the broker knows", "only-the-database-knows"):
        assert secret not in shown


def test_a_secret_is_read_from_a_file_without_its_line_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n")
    given = {name: value for name, value in PRODUCTION.items() if name != "RINGBACK_REFERENCE_KEY"}
    production = load(monkeypatch, given | {"RINGBACK_REFERENCE_KEY_FILE": str(tmp_path / "key")})
    assert production.reference_key.get_secret_value() == KEY


def test_a_secret_given_twice_or_in_a_file_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    words = refused(monkeypatch, {"RINGBACK_STORE": "a.sqlite", "RINGBACK_STORE_FILE": "/nowhere/dsn"})
    assert "RINGBACK_STORE and RINGBACK_STORE_FILE: set one of the two" in words
    assert "RINGBACK_STORE_FILE: the file cannot be read (FileNotFoundError)" in words


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("RINGBACK_PORT", "eighty", "RINGBACK_PORT: input should be a valid integer"),
        ("RINGBACK_PORT", "70000", "RINGBACK_PORT: input should be less than or equal to 65535"),
        ("RINGBACK_TRACE_RATIO", "nan", "RINGBACK_TRACE_RATIO: input should be"),
        ("RINGBACK_TRACE_RATIO", "1.5", "RINGBACK_TRACE_RATIO: input should be less than or equal to 1"),
        ("RINGBACK_DRAIN_SECONDS", "-1", "RINGBACK_DRAIN_SECONDS: input should be greater than or equal to 0"),
        ("RINGBACK_LOG_LEVEL", "loud", "RINGBACK_LOG_LEVEL: input should be 'debug', 'info', 'warning' or 'error'"),
        ("RINGBACK_ENVIRONMENT", "prod", "RINGBACK_ENVIRONMENT: input should be 'development' or 'production'"),
        ("RINGBACK_STORE", "sqlite:///a", "RINGBACK_STORE: only a plain file path or a postgresql:// address is known here"),
        ("RINGBACK_LOG", "amqp://a", "RINGBACK_LOG: only a plain folder path or a kafka:// address is known here"),
        ("RINGBACK_LOG", "kafka://broker", "RINGBACK_LOG: every Kafka server needs its port"),
        ("RINGBACK_KAFKA_SECURITY", "SASL_SSL", "RINGBACK_KAFKA_USERNAME and RINGBACK_KAFKA_PASSWORD:"),
        ("RINGBACK_KAFKA_CA_FILE", "/nowhere/ca.pem", "RINGBACK_KAFKA_CA_FILE: no readable file is there"),
        ("RINGBACK_AUTH_ISSUER", "https://login.example", "RINGBACK_AUTH_ISSUER and RINGBACK_AUTH_JWKS: set both"),
        ("RINGBACK_OTLP_ENDPOINT", "collector:4318", "RINGBACK_OTLP_ENDPOINT: string should match pattern"),
        ("RINGBACK_POLICY", "/nowhere", "RINGBACK_POLICY: no folder is there"),
        ("RINGBACK_FORCE", "Kent Police", "RINGBACK_FORCE: string should match pattern"),
        ("RINGBACK_SERVICE", "callback", "RINGBACK_SERVICE: this process is contact"),
        ("RINGBACK_PROT", "80", "RINGBACK_PROT: no such setting; did you mean RINGBACK_PORT?"),
        ("RINGBACK_HOST_FILE", "/etc/hostname", "RINGBACK_HOST_FILE: no such setting"),
        ("POSTGRES_ENABLE_DB_FUNCTIONS", "Y", "POSTGRES_ENABLE_DB_FUNCTIONS: unset it"),
    ],
)
def test_a_wrong_value_is_refused_in_plain_words(monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str) -> None:
    refusal = refused(monkeypatch, {name: value})
    assert words in refusal
    assert "pydantic" not in refusal and "validation error" not in refusal


def test_all_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    words = refused(monkeypatch, {"RINGBACK_PORT": "x", "RINGBACK_PROT": "1", "RINGBACK_LOG_LEVEL": "loud"})
    assert all(name in words for name in ("RINGBACK_PORT:", "RINGBACK_PROT:", "RINGBACK_LOG_LEVEL:"))


def test_a_refusal_never_quotes_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "hunter2" not in refused(monkeypatch, {"RINGBACK_STORE": "mysql://root:hunter2@db/contact"})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"RINGBACK_AUTH_ISSUER": "", "RINGBACK_AUTH_JWKS": ""}, "RINGBACK_AUTH_ISSUER: production accepts no tokens"),
        ({"RINGBACK_REFERENCE_KEY": ""}, "RINGBACK_REFERENCE_KEY: production needs a secret key"),
        ({"RINGBACK_REFERENCE_KEY": "short"}, "RINGBACK_REFERENCE_KEY: production needs a secret key"),
        ({"RINGBACK_KAFKA_SECURITY": "PLAINTEXT"}, "RINGBACK_KAFKA_SECURITY: production speaks to Kafka over TLS only"),
        ({"RINGBACK_TELEPHONE": "simulated"}, "RINGBACK_TELEPHONE: a simulated telephone rings nobody"),
        ({"RINGBACK_AUTH_JWKS": "http://login.example"}, "RINGBACK_AUTH_JWKS: keys are fetched over https only"),
    ],
)
def test_production_refuses_what_is_only_safe_in_development(
    monkeypatch: pytest.MonkeyPatch, change: Mapping[str, str], words: str
) -> None:
    assert words in refused(monkeypatch, {**PRODUCTION, **change})


def test_an_empty_variable_counts_as_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, {"RINGBACK_PORT": "", "RINGBACK_OTLP_ENDPOINT": "", "RINGBACK_SERVICE": ""}).port == 8000


def test_the_page_of_settings_is_up_to_date() -> None:
    page = Path(__file__).parents[3] / "docs" / "settings.md"
    assert page.read_text() == settings_page.page(), "run `python -m chassis.settings > docs/settings.md`"
