"""However a carrier's list is cut, repeated, shuffled and spelled: one broken call a caller, with every attempt, none twice."""

from datetime import UTC, datetime, timedelta

from exploring import tried
from hypothesis import given
from hypothesis import strategies as st

from chassis.references import telephone
from chassis.testing.memory import MemoryTransaction
from contracts.contact.calls import CallAbandoned
from contracts.contact.harvest import AttemptsHarvested
from services.contact.application import Contact
from services.contact.domain.callers.numbers import Numbers
from services.contact.domain.harvest import FailedCaller, HarvestCallers
from services.contact.harvest.application import Harvesting
from services.contact.policy import default

T = datetime(2023, 6, 25, 6, 24, tzinfo=UTC)
OUTAGE_S = 12 * 3600
FORMS = ("+44770090012{}", "0770090012{}", "0044 770090012{}", "(07700) 90012{}", "+44 (0)770090012{}")
POLICY = default.load()

callers = st.builds(
    lambda person, form, seconds: (person, FORMS[form].format(person), seconds),
    st.integers(0, 3),
    st.integers(0, len(FORMS) - 1),
    st.lists(st.integers(0, OUTAGE_S), min_size=1, max_size=4),
)
lists = st.lists(st.lists(callers, min_size=1, max_size=4), min_size=1, max_size=6)


@tried(150)
@given(lists)
def test_every_attempt_is_kept_once_with_its_caller(parts: list[list[tuple[int, str, list[int]]]]) -> None:
    tx = MemoryTransaction(T + timedelta(days=1))
    use = Harvesting(Contact(POLICY, Numbers(telephone, lambda kind, value: f"{kind}:{value}")))
    told: dict[str, set[datetime]] = {}
    for n, part in enumerate(parts):
        failed = []
        for person, number, seconds in part:
            times = tuple(T + timedelta(seconds=s) for s in seconds)
            told.setdefault(f"tel:+44770090012{person}", set()).update(times)
            failed.append(FailedCaller(number=number, attempted_at=times))
        use.handle(tx, HarvestCallers(harvest=f"list-{n}", carrier="BT", callers=tuple(failed)))
    broken = tx.said(CallAbandoned)
    assert sorted(event.number_ref for event in broken) == sorted(told)
    kept = {event.call: list(event.attempted_at) for event in broken}
    for more in tx.said(AttemptsHarvested):
        kept[more.call] += more.attempted_at
    assert {event.number_ref: sorted(kept[event.call]) for event in broken} == {ref: sorted(times) for ref, times in told.items()}
