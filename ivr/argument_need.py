"""The kind of argument that says what an agent must be for a caller: a condition over skills, as in queues.yaml.

It may hold variables (`lang_{language} >= 5`) and is then read when a call gets there.
"""

from __future__ import annotations

from ivr.argument import Reading, Text, shown
from ivr.document import Place, Value
from ivr.expression import ExpressionError, Type, condition
from ivr.template import Template

BESIDE_SKILLS = {"tier": Type.NUMBER, "agent": Type.TEXT}
"""What may be asked for beside skills."""


class NeedText(Text):
    """A need."""

    word = "need"

    def read(self, reading: Reading, value: Value, place: Place) -> Template:
        found = super().read(reading, value, place)
        if found.constant:
            try:
                condition(found.constant, {**dict.fromkeys(reading.known.skills, Type.NUMBER), **BESIDE_SKILLS})
            except ExpressionError as error:
                mend = error.mend or "Skills are those of agents.yaml."
                reading.wrong(place, f"In {shown(place)}, {error}", mend)
        return found
