"""What telephony says of one call of a scenario: the facts from which contact finds the class by itself.

Who is answered waits a while that comes out at the published mean; how long others wait, and all talks, is a design reading.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import Random

from contracts.contact.calls import Abandonment, Line, Sound, Start
from services.contact.domain.calls.facts import AnswerCall, EndCall, Fact, HangUp, PresentCall, QueueCall
from simulator.published.fates import Fated
from simulator.published.scenario import Stream

TO_QUEUE_S = {Line.EMERGENCY: (1.0, 5.0), Line.NON_EMERGENCY: (15.0, 40.0)}
"""Up to about 7 s until the force's telephone rings (DOMAIN section 1); 101 hears a greeting first."""
GIVES_UP_AFTER_S = 5.0
PATIENCE_S = {Line.EMERGENCY: 30.0, Line.NON_EMERGENCY: 240.0}
WAITS_101_S = 120.0
TALKS_S = (60.0, 600.0)
LISTENS_S = (10.0, 60.0)
_AFTER_ANSWER: Mapping[Abandonment, tuple[Sound, ...]] = {
    Abandonment.SILENT_AFTER_ANSWER: (Sound.SILENCE,),
    Abandonment.SOUNDS_WITHOUT_REQUEST: (Sound.VOICES,),
    Abandonment.LOST_AFTER_ANSWER: (),
    Abandonment.DEVICE_STARTED: (),
    Abandonment.SILENT_SOLUTION: (Sound.SILENCE,),
}
_STARTS: Mapping[Abandonment | None, Start] = {
    Abandonment.DEVICE_STARTED: Start.CRASH_DETECTION,
    Abandonment.SILENT_SOLUTION: Start.SILENT_SOLUTION,
}


def told(stream: Stream, one: Fated, call: str, random: Random) -> Iterator[Fact]:
    """The facts of one call, in order of time."""
    at = one.at
    if one.kind is Abandonment.BEFORE_PRESENTED:
        yield HangUp(call=call, at=at, line=stream.line, number=one.number, in_stage_1=True, teller=stream.switch)
        return
    start = _STARTS.get(one.kind)
    yield PresentCall(call=call, at=at, line=stream.line, number=one.number, switch=stream.switch, start=start)
    if one.kind is Abandonment.BEFORE_QUEUE:
        yield HangUp(call=call, at=_later(at, random.uniform(0.5, 6.0)))
        return
    way_s = random.uniform(*TO_QUEUE_S[stream.line])
    queued_at = _later(at, way_s)
    yield QueueCall(call=call, at=queued_at, queue=stream.line)
    if one.kind is Abandonment.IN_QUEUE:
        yield HangUp(call=call, at=_later(queued_at, _patience_s(stream, one, random)))
        return
    answered_at = _later(queued_at, random.expovariate(1 / _mean_wait_s(stream)))
    yield AnswerCall(call=call, at=answered_at, handler=f"handler-{random.randint(1, 40)}")
    if one.kind is None:
        yield EndCall(call=call, at=_later(answered_at, random.uniform(*TALKS_S)))
        return
    gone_at = _later(answered_at, random.uniform(*LISTENS_S))
    yield HangUp(call=call, at=gone_at, sounds=_AFTER_ANSWER[one.kind], welfare_established=False)


def _patience_s(stream: Stream, one: Fated, random: Random) -> float:
    if one.short:
        return random.uniform(0.5, GIVES_UP_AFTER_S - 0.5)
    return GIVES_UP_AFTER_S + random.expovariate(1 / PATIENCE_S[stream.line])


def _mean_wait_s(stream: Stream) -> float:
    """The wait in the queue that makes the published mean, which runs from presented."""
    if stream.line is Line.NON_EMERGENCY:
        return WAITS_101_S
    return max(stream.answer_mean_s - sum(TO_QUEUE_S[stream.line]) / 2, 0.1)


def _later(at: datetime, seconds: float) -> datetime:
    return at + timedelta(seconds=round(seconds, 1))
