"""A command becomes durable exactly once, however often it is sent."""

from typing import Any

from chassis.host import Context, Loaded, Service
from chassis.store.committer import Desk, Work
from chassis.store.fold import fold
from contracts.refusals import Invalid, Refused


def obey(service: Service, command: Any, context: Context) -> Work:
    """The use case of one command. With an idempotency key a repeated command answers what the first one did."""

    def work(desk: Desk) -> Loaded[Any]:
        found = _remembered(context, desk) or (desk.storage.led_to(context.cause) if desk.retried else None)
        if found is not None:
            return _as_it_was(service, desk, *found)
        transaction = desk.begin(context)
        try:
            loaded = service.handle(transaction, command)
        except Refused:
            found = desk.storage.led_to(context.cause) if context.fingerprint is not None else None
            if found is None:
                raise
            return _as_it_was(service, desk, *found)
        transaction.done(loaded)
        desk.accept(transaction)
        return loaded

    return work


def _remembered(context: Context, desk: Desk) -> tuple[str, int] | None:
    """Where a command of this idempotency key led before.

    A rebuilt store remembers no keys. Then, as when an answer was lost, the events' own ids tell (`led_to`): they are asked
    where the command would be refused, or collided with what it recorded itself.
    """
    outcome = None if context.fingerprint is None else desk.command(context.cause)
    if outcome is None:
        return None
    if outcome.fingerprint != context.fingerprint:
        raise Invalid("idempotency-key-reused", "This Idempotency-Key came with another request before. Use a new key.")
    return outcome.stream, outcome.version


def _as_it_was(service: Service, desk: Desk, stream: str, version: int) -> Loaded[Any]:
    live = fold(service.aggregate_of(stream), [event for event in desk.storage.stream(stream) if event.version <= version])
    return Loaded(stream, live.state, live.version)
