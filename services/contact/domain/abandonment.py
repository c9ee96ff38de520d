"""How a call broke off, from what was known when the caller was gone (DOMAIN section 2)."""

from contracts.contact import Abandonment, Sound


def abandonment(queued: bool, answered: bool, sounds: tuple[Sound, ...], welfare: bool | None) -> Abandonment | None:
    """The class, or None when the caller hung up after an ordinary talk.

    After an answer the handler's word on the caller's welfare counts (None: not asked), but violence heard is never
    welfare established (Northamptonshire 2011).
    """
    if not answered:
        return Abandonment.IN_QUEUE if queued else Abandonment.BEFORE_QUEUE
    if welfare and Sound.VIOLENCE not in sounds:
        return None
    if sounds and set(sounds) == {Sound.SILENCE}:
        return Abandonment.SILENT_AFTER_ANSWER
    if welfare is False:
        return Abandonment.LOST_AFTER_ANSWER
    return Abandonment.SOUNDS_WITHOUT_REQUEST if sounds else None
