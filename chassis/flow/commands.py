"""A command becomes durable exactly once, however often it is sent."""

from typing import Any

from chassis.host import Context, Loaded, Service
from chassis.store.committer import Desk, Work
from chassis.store.fold import fold
from contracts.refusals import Invalid


def obey(service: Service, command: Any, context: Context) -> Work:
    """The use case of one command. With an idempotency key a repeated command answers what the first one did."""

    def work(desk: Desk) -> Loaded[Any]:
        earlier = _earlier(service, context, desk)
        if earlier is not None:
            return earlier
        transaction = desk.begin(context)
        loaded = service.handle(transaction, command)
        transaction.done(loaded)
        desk.accept(transaction)
        return loaded

    return work


def _earlier(service: Service, context: Context, desk: Desk) -> Loaded[Any] | None:
    found = _found(context, desk)
    if found is None:
        return None
    stream, version = found
    live = fold(service.aggregate_of(stream), [event for event in desk.storage.stream(stream) if event.version <= version])
    return Loaded(stream, live.state, live.version)


def _found(context: Context, desk: Desk) -> tuple[str, int] | None:
    """Where the command led before. One without an idempotency key is looked for only when its answer may have been lost."""
    if context.fingerprint is None:
        return desk.storage.led_to(context.cause) if desk.retried else None
    outcome = desk.command(context.cause)
    if outcome is None:
        return None
    if outcome.fingerprint != context.fingerprint:
        raise Invalid("idempotency-key-reused", "This Idempotency-Key came with another request before. Use a new key.")
    return outcome.stream, outcome.version
