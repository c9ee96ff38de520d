"""A cluster that wants a password is not tried without one, and the password is not shown."""

import pytest
from pydantic import ValidationError

from chassis.log.kafka_settings import KafkaSettings


@pytest.mark.parametrize("given", [{}, {"username": "callback"}, {"password": "s3cret"}])
def test_a_secured_cluster_needs_both_name_and_password(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="SASL_SSL needs a username and a password"):
        KafkaSettings.model_validate({"security": "SASL_SSL", **given})


def test_the_password_is_not_shown() -> None:
    settings = KafkaSettings.model_validate({"security": "SASL_SSL", "username": "callback", "password": "s3cret"})
    assert "s3cret" not in repr(settings)
    assert settings.password is not None and settings.password.get_secret_value() == "s3cret"


def test_a_misspelt_setting_is_refused() -> None:
    with pytest.raises(ValidationError, match="server"):
        KafkaSettings.model_validate({"server": "127.0.0.1:9092"})
