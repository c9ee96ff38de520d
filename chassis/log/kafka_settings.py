"""What the Kafka log must be told, and how long it may wait."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator


class KafkaSettings(BaseModel):
    """A cluster and this client's way in. Times are seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    servers: str = "127.0.0.1:9092"
    """`host:port`, several with commas; the rest of the cluster is learnt from them."""
    security: Literal["PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """SASL_SSL is SCRAM-SHA-512 over TLS."""
    ca_file: Path | None = None
    """The authority that signed the brokers' certificates; otherwise the system's."""
    username: str | None = None
    password: SecretStr | None = None
    replicas: int = Field(default=1, ge=1)
    """Copies of each partition when a topic is made; 3 in production."""
    client_id: str = "ringback"
    answer_s: float = Field(default=15.0, gt=0)
    """The longest any call may take before it raises LogUnavailable."""
    request_s: float = Field(default=5.0, gt=0)
    """The longest a broker may take to answer one request; a dead leader is left behind after it."""
    session_s: float = Field(default=6.0, ge=6)
    """A member not heard of for so long loses its partitions; one that is back sooner loses nothing."""

    @model_validator(mode="after")
    def _credentials(self) -> "KafkaSettings":
        if self.security == "SASL_SSL" and not (self.username and self.password):
            raise ValueError("SASL_SSL needs a username and a password")
        return self
