"""The kinds of streams callback owns around a review, and how a review's stream is named."""

from chassis.store.aggregate import Aggregate
from services.callback.domain.evolve import EVOLVE
from services.callback.domain.memory import number as numbers
from services.callback.domain.memory import scene as scenes
from services.callback.domain.memory.number import Number
from services.callback.domain.memory.scene import Scene
from services.callback.domain.review import Review, index


def review_stream(review: str) -> str:
    """The stream of a review."""
    return f"review-{review}"


REVIEW = Aggregate("review", Review, EVOLVE, index=index, revision=2)
"""A review as it is read. What it owes depends on the edition of the policy too: `cases.reviews` knows that."""
NUMBER = Aggregate("number", Number, numbers.EVOLVE)
SCENE = Aggregate("scene", Scene, scenes.EVOLVE, index=scenes.index)
