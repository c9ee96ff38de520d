"""A feed, as a switch, is heard; and when it is silent for too long, its silence is an alarm (BT, June 2023)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.contact.telephony import FeedFellSilent, FeedHeard, FeedRetired, FeedSpokeAgain
from contracts.envelope import Event
from contracts.refusals import NotFound


class FeedRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long a feed may be silent, in seconds; by name where one differs. An unwatched one, as paper, may be so for ever.

    A sign of life is recorded once in `noted_every_s`; an alarm may come later by as much, and never earlier.
    """

    silence_s: int
    noted_every_s: int
    silence_s_of: dict[str, int]
    unwatched: tuple[str, ...]

    def __post_init__(self) -> None:
        if min(self.silence_s, self.noted_every_s, *self.silence_s_of.values()) <= 0:
            raise ValueError("`silence_s`, `noted_every_s` and every number of `silence_s_of` must be more than 0")

    def silence(self, feed: str) -> timedelta:
        """How long this one may be silent."""
        return timedelta(seconds=self.silence_s_of.get(feed, self.silence_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class HearFeed:
    """A feed gave a sign of life: a fact, or a word that it is there though nothing happens."""

    feed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSilence:
    """The time is over in which the feed should have been heard."""

    feed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireFeed:
    """The feed goes out of service on purpose."""

    feed: str
    by: str
    reason: str


FeedCommand = HearFeed | NoteSilence | RetireFeed


class Feed(msgspec.Struct, frozen=True, omit_defaults=True):
    """When it was noted last, and whether it is silent now. `watched` until it is retired."""

    feed: str
    heard_at: datetime
    silent_since: datetime | None = None
    watched: bool = True


def owes(feed: Feed, rules: FeedRules) -> Mapping[str, datetime]:
    """The dead man's timer: it fires unless the feed is heard before."""
    if not feed.watched or feed.silent_since is not None or feed.feed in rules.unwatched:
        return {}
    return {"silence": feed.heard_at + rules.silence(feed.feed) + timedelta(seconds=rules.noted_every_s)}


def index(feed: Feed) -> Iterable[tuple[str, str]]:
    """All feeds by name, and those that are silent."""
    yield "feed", feed.feed
    if feed.silent_since is not None:
        yield "feed-silent", feed.feed


def decide(feed: Feed | None, command: FeedCommand, now: datetime, rules: FeedRules) -> list[Event]:
    """A sign of life ends the alarm at once; otherwise one in a while is noted."""
    match command:
        case HearFeed():
            return _hear(feed, command.feed, now, rules)
        case NoteSilence():
            if feed is None or feed.silent_since is not None or not feed.watched:
                return []
            return [FeedFellSilent(at=now, feed=feed.feed, heard_at=feed.heard_at)]
        case RetireFeed():
            if feed is None:
                raise NotFound("feed-unknown", "No feed of this name was ever heard.")
            if not feed.watched:
                return []
            return [FeedRetired(at=now, feed=feed.feed, by=command.by, reason=command.reason)]


def _hear(feed: Feed | None, name: str, now: datetime, rules: FeedRules) -> list[Event]:
    if feed is not None and feed.silent_since is not None:
        silent = max(0.0, (now - feed.heard_at).total_seconds())
        return [FeedSpokeAgain(at=now, feed=name, silent_s=silent)]
    if feed is None or not feed.watched or now - feed.heard_at >= timedelta(seconds=rules.noted_every_s):
        return [FeedHeard(at=now, feed=name)]
    return []


def _heard(_: Feed | None, event: FeedHeard) -> Feed:
    return Feed(event.feed, event.at)


def _fell_silent(feed: Feed, event: FeedFellSilent) -> Feed:
    return replace(feed, silent_since=event.at)


def _spoke_again(_: Feed, event: FeedSpokeAgain) -> Feed:
    return Feed(event.feed, event.at)


def _retired(feed: Feed, _: FeedRetired) -> Feed:
    return replace(feed, watched=False, silent_since=None)


EVOLVE: dict[type[Event], Callable[[Any, Any], Feed]] = {
    FeedHeard: _heard,
    FeedFellSilent: _fell_silent,
    FeedSpokeAgain: _spoke_again,
    FeedRetired: _retired,
}
