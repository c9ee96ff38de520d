"""How every client of the Kafka log connects, waits and lets go, and the plain words for what goes wrong."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.errors import (
    BrokerResponseError,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from aiokafka.helpers import create_ssl_context

from chassis.errors import LogError, LogUnavailable
from chassis.log.kafka_settings import KafkaSettings

FORBIDDEN = (TopicAuthorizationFailedError, GroupAuthorizationFailedError, ClusterAuthorizationFailedError)
TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)

_log = logging.getLogger(__name__)


def connection(settings: KafkaSettings, role: str) -> dict[str, Any]:
    """The arguments every aiokafka client takes."""
    given: dict[str, Any] = {
        "bootstrap_servers": settings.servers.replace(" ", "").split(","),
        "client_id": f"{settings.client_id}-{role}",
        "request_timeout_ms": round(settings.request_s * 1000),
        "security_protocol": settings.security,
        "metadata_max_age_ms": 5000,  # how long a topic made after we began may stay unseen
    }
    if settings.security == "SASL_SSL" and settings.password is not None:
        given |= {
            "ssl_context": create_ssl_context(cafile=settings.ca_file and str(settings.ca_file)),
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": settings.username,
            "sasl_plain_password": settings.password.get_secret_value(),
        }
    return given


@asynccontextmanager
async def asking(settings: KafkaSettings, what: str) -> AsyncIterator[None]:
    """Bound a conversation with the brokers in time, and raise only errors of ours; `what` is being done, in words."""
    try:
        async with asyncio.timeout(settings.answer_s):
            yield
    except (KafkaError, OSError) as error:
        raise named(settings, what, error) from error


def named(settings: KafkaSettings, what: str, error: BaseException) -> LogError:
    """The error of ours that says what happened and what to check."""
    if isinstance(error, LogError):
        return error
    kafka = f"Kafka at {settings.servers}"
    if isinstance(error, FORBIDDEN):
        return LogError(f"{kafka} forbids {what} to user {settings.username or 'ANONYMOUS'} ({error}): check its access rules")
    if isinstance(error, TOO_LARGE):
        return LogError(f"{kafka} refused {what}: a record is larger than it takes ({error})")
    if isinstance(error, UnknownTopicOrPartitionError):
        return LogError(f"{kafka} has no such topic, {what}; create it first")
    if isinstance(error, TimeoutError):
        reason = f"no answer within {settings.answer_s:g} s"
    elif isinstance(error, BrokerResponseError):
        reason = f"it answered {type(error).__name__}"
    else:
        reason = str(error) or type(error).__name__
    return LogUnavailable(
        f"{kafka} does not serve {what} ({reason}): check that it runs, that the address is right"
        + (" and that the CA file, user name and password are" if settings.security == "SASL_SSL" else "")
    )


async def let_go(closing: Coroutine[Any, Any, None], within_s: float) -> None:
    """Close a client, whatever happens: aiokafka's can hang for a minute while brokers are away, and then are left behind."""
    task = asyncio.ensure_future(closing)
    done, _ = await asyncio.wait({task}, timeout=within_s)
    if not done:
        task.cancel()
        await asyncio.wait({task}, timeout=1)
    if not task.done() or task.cancelled():
        _log.warning("a Kafka client did not close within %g s and was left behind", within_s)
    elif error := task.exception():
        _log.warning("a Kafka client closed with an error: %r", error)
