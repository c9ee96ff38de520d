"""The relay: every event once and in order for whoever listens, whatever happens between the store and the log."""

import pytest
from stage import Station, Stores, home
from tiny import NOON, Queue, Receive, contact, listener

from chassis.clock import VirtualClock
from chassis.errors import StoreError
from chassis.flow import relay as relaying
from chassis.flow.relay import Relay
from chassis.log.cloudevents import arrived
from chassis.log.memory import MemoryLog
from chassis.store.storage import Changes, Storage
from contracts.topics import PARTITIONS


@pytest.fixture
def desk(memory: Stores) -> Station:
    return Station(contact(), memory("contact"), MemoryLog(), VirtualClock(NOON))


def receive(desk: Station, *calls: str) -> None:
    for call in calls:
        desk.do(Receive(call))


def published(desk: Station, number: int) -> list[tuple[int, int]]:
    """(position, the position before it) of each record of a partition."""
    records = [arrived(record) for record in desk.log.read_now(home("")._replace(number=number), 0, 1000)]
    return [(event.position, event.previous) for event in records]


def heard(memory: Stores, desk: Station, name: str = "hears") -> list[tuple[str, tuple[str, ...]]]:
    """What a fresh listener makes of the topic; it fails on a hole."""
    listening = Station(listener(), memory(name), desk.log, desk.clock)
    assert all(progress.hole is None for progress in listening.listen())
    return notes(listening.storage)


def notes(storage: Storage) -> list[tuple[str, tuple[str, ...]]]:
    return [(event.stream, (event.type, event.state.decode())) for event in storage.page(0, 1000)]


def note(desk: Station, relay: Relay) -> None:
    """Keep the cursor."""
    positions = relay.note()
    desk.commit(lambda at: at.write(Changes(relayed=positions)))


def test_each_record_says_its_position_and_the_one_before_it_in_its_partition(desk: Station) -> None:
    receive(desk, *map(str, range(60)))
    while desk.publish(7):
        pass
    found = [published(desk, number) for number in range(PARTITIONS)]
    assert sorted(position for one in found for position, _ in one) == list(range(1, 61))
    for one in found:
        assert [previous for _, previous in one] == [0, *(position for position, _ in one[:-1])]


def test_a_relay_that_crashed_after_publishing_sends_again_the_very_same_records(desk: Station) -> None:
    receive(desk, "a", "b", "c")
    desk.publish()
    first = {number: published(desk, number) for number in range(PARTITIONS)}
    restarted = desk.again()
    assert restarted.publish() == 3, "nothing was noted, so everything goes out again"
    for number, one in first.items():
        assert published(desk, number) == one * 2


def test_resending_changes_nothing_for_a_listener(memory: Stores, desk: Station) -> None:
    receive(desk, "a", "b", "c")
    desk.do(Queue("a"))
    desk.publish()
    listening = Station(listener(), memory("hears"), desk.log, desk.clock)
    listening.listen()
    before = notes(listening.storage)
    desk.again().publish()
    desk.do(Queue("b"))
    desk.publish()
    assert sum(progress.repeated for progress in listening.listen()) == 4
    assert notes(listening.storage)[:4] == before
    assert len(notes(listening.storage)) == len(before) + 1 == 5


def test_two_relays_at_once_change_nothing_for_a_listener(memory: Stores, desk: Station) -> None:
    receive(desk, *map(str, range(10)))
    other = desk.again()
    for turn in range(12):
        (desk, other)[turn % 2].publish(3 if turn % 3 else 1)
    while desk.publish() or other.publish():
        pass
    alone = Station(contact(), memory("contact"), MemoryLog(), desk.clock)
    alone.publish()
    assert heard(memory, desk, "of two") == heard(memory, alone, "of one")


def test_a_lost_cursor_means_sending_all_again_and_changes_nothing(memory: Stores, desk: Station) -> None:
    receive(desk, "a", "b", "c")
    desk.publish()
    note(desk, desk.relay)
    before = heard(memory, desk, "before")
    desk.commit(lambda at: at.write(Changes(relayed=dict.fromkeys(range(PARTITIONS), 0))))
    restarted = desk.again()
    assert restarted.relay.position == 0 and restarted.publish() == 3
    assert heard(memory, desk, "after") == before


def test_a_noted_cursor_saves_sending_again(memory: Stores, desk: Station) -> None:
    receive(desk, "a", "b", "c")
    desk.publish()
    note(desk, desk.relay)
    assert desk.relay.note() == {}, "nothing new to keep"
    restarted = desk.again()
    receive(restarted, "d")
    assert [event.stream for event, _ in restarted.relay.pending()] == ["call-d"]
    restarted.publish()
    assert len(heard(memory, desk)) == 4


def test_notes_of_two_relays_never_mix(memory: Stores, desk: Station) -> None:
    """The slower one's note comes last: then more is sent again, and no record names a wrong one before it."""
    receive(desk, *(f"call {n}" for n in range(30)))
    slow, fast = desk.again(), desk.again()
    slow.publish(5)
    late = slow.relay.note()
    fast.publish()
    note(desk, fast.relay)
    desk.commit(lambda at: at.write(Changes(relayed=late)))
    restarted = desk.again()
    receive(restarted, *(f"later {n}" for n in range(30)))
    while restarted.publish():
        pass
    assert len(heard(memory, desk)) == 60


def test_a_note_that_could_not_be_kept_is_made_up_for(memory: Stores, desk: Station) -> None:
    receive(desk, *(f"call {n}" for n in range(20)))
    desk.publish(10)
    desk.relay.note()  # ... and the disk was full
    desk.publish()
    note(desk, desk.relay)
    restarted = desk.again()
    receive(restarted, *(f"later {n}" for n in range(30)))
    while restarted.publish():
        pass
    assert len(heard(memory, desk)) == 50


@pytest.mark.parametrize("page", [1, 3, 500])
def test_what_was_just_committed_is_used_only_as_far_as_it_follows_on(
    desk: Station, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    """Other processes commit in between, and a burst is cut: what this process remembers has gaps."""
    monkeypatch.setattr(relaying, "PAGE", page)
    receive(desk, *map(str, range(12)))
    mine = [event for event in desk.committed if event.position not in (1, 5, 6, 11)]
    sent: list[int] = []
    while pending := desk.relay.pending(mine):
        sent += [event.position for event, _ in pending]
        desk.relay.published(pending)
    assert sent == list(range(1, 13))


def test_fresh_events_save_reading_the_store(desk: Station) -> None:
    receive(desk, "a", "b")
    desk.storage._cursor.execute("DELETE FROM stored_events")  # type: ignore[attr-defined]
    assert [event.position for event, _ in desk.relay.pending(desk.committed)] == [1, 2]


def test_nothing_is_published_past_a_hole_in_the_own_store(desk: Station) -> None:
    receive(desk, "a", "b", "c")
    desk.storage._cursor.execute("DELETE FROM stored_events WHERE rowid = 2")  # type: ignore[attr-defined]
    with pytest.raises(StoreError, match="position 2 is missing"):
        desk.publish()
    assert all(published(desk, number) == [] for number in range(PARTITIONS))
