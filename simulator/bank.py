"""Plays a bank's calls as if every line were a 999 line, and the supervisors that the file has not.

`vru_entry` presented, `q_start` queued, `q_exit` left the queue, `ser_start` answered, `ser_exit` ended; HANG broke off. The
source's clocks disagree: a fact that stands before the one it follows from is told late, with its own time.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from contracts.contact.calls import Line
from contracts.envelope import Envelope, Event
from services.contact.domain.calls.facts import AnswerCall, EndCall, Fact, HangUp, PresentCall, QueueCall
from services.contact.streams import call_id
from simulator import reading
from simulator.bank_rows import FORMAT, BankCall, bank_call
from simulator.order import Ranked, woven
from simulator.reading import Place
from simulator.script import Stimulus
from simulator.supervisors import Supervisors
from simulator.table import Table

SWITCH = "bank"
QUEUE = "999"
NUMBERS = "+446"
"""A caller's number is made from the customer id, in a range of the United Kingdom where nobody has a telephone."""


class BankCalls:
    """The script of one file. `folder` takes the scratch file and the rows set aside."""

    zone = "Asia/Jerusalem"

    def __init__(self, file: Path, folder: Path) -> None:
        self._table = Table(file, FORMAT)
        self._supervisors = Supervisors(seed=0, units_elsewhere=True)
        self._spool, self.set_aside = reading.opened(folder)
        reading.read(self._table, self._place, self._spool, self.set_aside)
        self.total, self.span = len(self._spool), self._spool.span()

    def stimuli(self) -> Iterator[Stimulus]:
        """Every call with all its facts."""
        return woven(self._groups())

    def heard(self, envelope: Envelope[Event]) -> Iterable[Stimulus]:
        """Supervisors here end what reviews hand to them; whom reviews send is elsewhere."""
        return self._supervisors.heard(envelope)

    def close(self) -> None:
        """Let the scratch file go."""
        self._spool.close()

    def _place(self, fields: list[str]) -> Place:
        call = bank_call(self._table, fields)
        return Place(call.greeting.start, call.identity, call.identity)

    def _groups(self) -> Iterator[tuple[datetime, Iterable[Ranked]]]:
        for one in self._spool:
            call = bank_call(self._table, one.fields)
            yield call.greeting.start, _told(f"{self._table.path.name}:{one.line}", call)


def _told(cause: str, call: BankCall) -> Iterator[Ranked]:
    at = call.greeting.start
    for n, fact in enumerate(_facts(call)):
        at = max(at, fact.at)
        yield Ranked(0, Stimulus(at, "contact", fact, f"{cause}:{n}", call.switch))


def _facts(call: BankCall) -> Iterator[Fact]:
    identity = call_id(SWITCH, call.identity)
    number = None if call.customer is None else f"{NUMBERS}{call.customer:>09}"
    yield PresentCall(call=identity, at=call.greeting.start, line=Line.EMERGENCY, number=number, switch=call.switch)
    if call.queue:
        yield QueueCall(call=identity, at=call.queue.start, queue=QUEUE)
    left = call.queue.exit if call.queue else None
    if call.abandoned:
        yield HangUp(call=identity, at=left or call.greeting.exit)
    elif call.service:
        yield AnswerCall(call=identity, at=call.service.start, handler=call.handler, left_queue_at=left)
        yield EndCall(call=identity, at=call.service.exit)
    else:  # answered, though nobody wrote down when it began or ended
        yield AnswerCall(call=identity, at=left or call.greeting.exit, handler=call.handler, left_queue_at=left)
