"""Use cases of reconciliation: a carrier tells of calls, each is held against the reviews, and an orphan is an alarm."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from chassis.ids import derived
from chassis.references import telephone
from chassis.store.aggregate import Aggregate
from contracts.callback.reconciliation import AccountTaken, CarriedMatched, CarrierTold, OrphanExplained, OrphanFound
from contracts.refusals import NotFound, Refused
from services.callback.cases.reviews import Reviews
from services.callback.domain.desk_rules import DeskRules
from services.callback.domain.review import Review, stamp
from services.callback.reconciliation import carried as carrieds
from services.callback.reconciliation.carried import (
    Account,
    Carried,
    CarriedCall,
    ExplainOrphan,
    LookForReview,
    TellCarried,
)
from services.callback.reconciliation.hours import key, times

CARRIED = Aggregate("carried", Carried, carrieds.EVOLVE, owes=carrieds.owes, index=carrieds.index)
ACCOUNT = Aggregate("account", Account, carrieds.ACCOUNT_EVOLVE)


def carried_stream(carried: str) -> str:
    """The stream of a call a carrier told of."""
    return f"carried-{carried}"


def account_stream(account: str) -> str:
    """The stream of a carrier's list."""
    return f"account-{account}"


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The use cases, given those of reviews, the policy of the desk and the references of numbers."""

    reviews: Reviews
    policy: Dated[DeskRules]
    reference: Callable[[str, str], str]

    def tell(self, tx: Transaction, command: TellCarried) -> Loaded[Account]:
        """Take in a part of a list; what was told before changes nothing."""
        told = matched = 0
        for call in command.calls:
            new = self._call(tx, command, call)
            told += new is not None
            matched += new is not None and new.review is not None
        stream = account_stream(command.account)
        taken = AccountTaken(at=tx.now, account=command.account, carrier=command.carrier, told=told, matched=matched)
        new_list = tx.load(ACCOUNT, stream).state is None
        return tx.record(ACCOUNT, stream, [taken] if told or new_list else [])

    def _call(self, tx: Transaction, command: TellCarried, call: CarriedCall) -> CarrierTold | None:
        number, number_ref = self._number(call)
        identity = derived("carried", command.carrier, call.reference, number_ref or call.number or "", stamp(call.at))
        if tx.load(CARRIED, carried_stream(identity)).state is not None:
            return None
        rules = self.policy.at(tx.now)
        told = CarrierTold(
            at=call.at,
            carried=identity,
            account=command.account,
            carrier=command.carrier,
            number=number,
            number_ref=number_ref,
            reference=call.reference or None,
        )
        review = self._review(tx, Carried(identity, command.account, command.carrier, call.at, number_ref=number_ref))
        look_at = None if review else max(tx.now, call.at) + timedelta(seconds=rules.orphan_after_s)
        told = told.model_copy(update={"review": None if review is None else review.review, "look_at": look_at})
        tx.record(CARRIED, carried_stream(identity), [told])
        return told

    def look(self, tx: Transaction, command: LookForReview) -> Loaded[Carried]:
        """The time is up: there is a review, or it is an orphan."""
        stream = carried_stream(command.carried)
        carried = tx.load(CARRIED, stream).state
        if carried is None or not carried.unmatched or carried.orphan_since is not None:
            return tx.load(CARRIED, stream)
        review = self._review(tx, carried)
        if review is not None:
            return tx.record(CARRIED, stream, [CarriedMatched(at=tx.now, carried=carried.carried, review=review.review)])
        alarm = OrphanFound(at=tx.now, carried=carried.carried, carrier=carried.carrier, called_at=carried.called_at)
        return tx.record(CARRIED, stream, [alarm])

    def explain(self, tx: Transaction, command: ExplainOrphan) -> Loaded[Carried]:
        """A supervisor says why none is needed."""
        stream = carried_stream(command.carried)
        carried = tx.load(CARRIED, stream).state
        if carried is None:
            raise NotFound("call-unknown", "no carrier told of a call of this id")
        if (carried.explained_by, carried.explanation) == (command.by, command.reason):
            return tx.load(CARRIED, stream)
        if not carried.unmatched:
            raise Refused("not-an-orphan", f"it is under review {carried.review}" if carried.review else "it was explained")
        said = OrphanExplained(at=tx.now, carried=carried.carried, by=command.by, reason=command.reason)
        return tx.record(CARRIED, stream, [said])

    def opened(self, tx: Transaction, review: Review) -> None:
        """A review that came after the carrier's word ends the wait, and the alarm."""
        within = self.policy.at(tx.now).match_within_s
        hours = {value for at in times(review) for value in _near(at, review.number_ref, within)}
        for stream in sorted({stream for value in hours for stream in tx.find("awaited", value)}):
            carried = tx.load(CARRIED, stream).state
            if carried is not None and carrieds.fits(carried, review, within) and self._room(tx, review):
                tx.record(CARRIED, stream, [CarriedMatched(at=tx.now, carried=carried.carried, review=review.review)])

    def _review(self, tx: Transaction, carried: Carried) -> Review | None:
        """The review of a call, if there is one that is not already held against another of the carrier's."""
        within = self.policy.at(tx.now).match_within_s
        hours = _near(carried.called_at, carried.number_ref, within)
        for stream in sorted({stream for value in hours for stream in tx.find("hour", value)}):
            review = tx.load(self.reviews.kind, stream).state
            if review is not None and carrieds.fits(carried, review, within) and self._room(tx, review):
                return review
        return None

    def _room(self, tx: Transaction, review: Review) -> bool:
        """One review answers for one call, or for as many attempts as it was harvested from."""
        return len(tx.find("matched", review.review)) < len(times(review))

    def _number(self, call: CarriedCall) -> tuple[str | None, str | None]:
        if call.number is None:
            return None, None
        number, diallable = telephone(call.number)
        return number, self.reference("tel", number) if diallable else None


def _near(at: datetime, number_ref: str | None, within_s: float) -> set[str]:
    """Where calls of a number can stand that two clocks put this close together."""
    within = timedelta(seconds=within_s)
    return {key(time, number_ref) for time in (at - within, at + within)}
