"""Conditions of queues held against the facts there are, and queues against each other's codes.

Deliberately absent: how a condition is read (model_doors.py).
"""

from __future__ import annotations

from apps.model_centre import QueueEntry
from apps.model_doors import FACTS, DoorEntry, check
from apps.whole_site import Site
from ivr.document import Document, Place
from ivr.expression import ExpressionError


def check_doors(doc: Document, name: str, queue: QueueEntry, site: Site) -> None:
    """Conditions ask for what there is; no two queues have one code; limits are in order."""
    place: Place = ("queues", name)
    for key, doors in (("enter", queue.enter), ("leave", queue.leave)):
        for index, entry in enumerate(doors):
            _check(doc, (*place, key, index), entry, queue.attributes)
    for index, attribute in enumerate(queue.attributes):
        if attribute in FACTS:
            doc.mistake(
                (*place, "attributes", index), f'"{attribute}" is a fact of its own', "Call the variable otherwise."
            )
    for other, one in site.queues.items():
        if other == name:
            break
        if queue.desk_code and queue.desk_code == one.desk_code:
            doc.mistake(
                (*place, "desk_code"), f'Queue "{other}" has desk_code "{queue.desk_code}", too', "Choose another."
            )
    if queue.announce_wait_most_s < queue.announce_wait_least_s:
        doc.mistake(
            (*place, "announce_wait_most"), "announce_wait_most is less than announce_wait_least", "Make it longer."
        )
    if queue.comfort and not queue.comfort_every_s:
        doc.mistake((*place, "comfort_every"), "Comfort messages are never said", "Write 60, for instance.")


def _check(doc: Document, place: Place, entry: DoorEntry, attributes: tuple[str, ...]) -> None:
    given = entry.given_conditions
    if len(given) != 1:
        doc.mistake(place, "It must have one condition", 'Write "if" or "unless", as in if: "waiting > 10".')
    for key, condition in given:
        try:
            check(condition.text, attributes)
        except ExpressionError as error:
            mend = error.mend
            if condition.names - {*FACTS, *attributes}:
                mend = f"{mend} Name a script's variable in the queue's attributes.".strip()
            doc.mistake((*place, key), f"The condition cannot be read {error}", mend)
