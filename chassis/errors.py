"""The errors the plumbing raises, as one tree (what a service refuses is `contracts.refusals`):

RingbackError
  StoreError
    VersionConflict       another writer appended first: load and decide again
    DuplicateEvent        this cause was recorded already
    StaleOwner            another process consumed past us: step down
    StoreRefused          a file or database that is not ours, newer than we are, or damaged
    StoreUnavailable      the database does not answer, or the disk is full
  LogError
    Hole                  a record is missing between two positions: stop and alarm
    UnreadableRecord      a record that cannot be understood: park its key
    LogUnavailable        the broker does not answer
  SettingsRefused         an environment variable that is unknown or makes no sense
  PortInUse               another process listens where we should
  PolicyRefused           policy data that lacks something, leaves a gap or overlaps: nothing starts with it
    PolicyUnknown         data was decided under a version of a policy that is not here
"""


class RingbackError(Exception):
    """Anything the plumbing raises on purpose."""


class StoreError(RingbackError):
    """The event store could not do what was asked."""


class VersionConflict(StoreError):
    """Another writer appended to the stream first."""


class DuplicateEvent(StoreError):
    """An event of this id, and so of this cause, is stored already."""


class StaleOwner(StoreError):
    """The stored inbox position is not the expected one: another process owns the partition now."""


class StoreRefused(StoreError):
    """The file or database is foreign, damaged, or of a newer version; nothing was changed."""


class StoreUnavailable(StoreError):
    """The database does not answer or the disk is full; nothing was acknowledged."""


class LogError(RingbackError):
    """The log could not do what was asked."""


class Hole(LogError):
    """The record before this one was never seen here."""


class UnreadableRecord(LogError):
    """A record that is not a readable event of ours; carries the reason, never the content."""


class LogUnavailable(LogError):
    """The log does not answer; the outbox keeps what is waiting."""


class SettingsRefused(RingbackError):
    """The environment holds a setting that is unknown, wrong or missing; names each and says what to do, never a secret."""


class PortInUse(RingbackError):
    """Another process listens on this address and port."""


class PolicyRefused(RingbackError):
    """Policy data that lacks something, leaves a gap or overlaps; names the file, the key and the reason."""


class PolicyUnknown(PolicyRefused, LookupError):
    """Something was decided under a version of a policy that this process was not given."""
