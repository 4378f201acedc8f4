"""One leg: its states, what happens to it, what is then done. RFC 3261 12-15.

A leg comes in as INVITED or goes out as CALLING; both become ACCEPTED with the 2xx, TALKING with the ACK, and ENDED.
ENDED is told at once when we end it; what SIP has still to finish then (a CANCEL's 487, a BYE's 200, a 200 that
crossed our CANCEL) is the session's affair. Its row is empty: a leg ends once.

Pure. A pair that is not in `TABLE` changes nothing.
Deliberately absent: SIP messages (pjsip/invite.py), several contacts of one leg (fork.py), two legs coupled (call.py).
"""

from __future__ import annotations

from enum import Enum


class LegState(Enum):
    """Where a leg is."""

    INVITED = "invited"
    """Incoming, no final answer yet."""
    CALLING = "calling"
    """Outgoing, nothing heard of the far end's user."""
    RINGING = "ringing"
    """Outgoing, the far end rings."""
    ACCEPTED = "accepted"
    """2xx sent or received, ACK outstanding."""
    TALKING = "talking"
    ENDED = "ended"


class Happening(Enum):
    """What happens to a leg."""

    # what we want
    RING_ASKED = "ring asked"
    PROGRESS_ASKED = "progress asked"
    ANSWER_ASKED = "answer asked"
    END_ASKED = "end asked"
    REOFFER_ASKED = "reoffer asked"
    DEADLINE_PASSED = "deadline passed"
    # what the far end does
    RANG = "rang"
    PROGRESSED = "progressed"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    OFFERED = "offered"
    AGREED = "agreed"
    KEYED = "keyed"
    UNFIT = "unfit"
    """Offer and answer have nothing in common."""
    GONE = "gone"
    """Every session of the leg is over."""


class Effect(Enum):
    """What is then to be done, in the order given."""

    RING = "ring"
    PROGRESS = "progress"
    ANSWER = "answer"
    REOFFER = "reoffer"
    REFUSE = "refuse"
    """A final response to the INVITE."""
    CANCEL = "cancel"
    BYE = "bye"
    TELL = "tell"
    """Tell the listener what happened."""
    TELL_ENDED = "tell ended"


_S, _H, _E = LegState, Happening, Effect
_TELL_END = (_E.TELL_ENDED,)

TABLE: dict[tuple[LegState, Happening], tuple[LegState, tuple[Effect, ...]]] = {
    (_S.INVITED, _H.RING_ASKED): (_S.INVITED, (_E.RING,)),
    (_S.INVITED, _H.PROGRESS_ASKED): (_S.INVITED, (_E.PROGRESS,)),
    (_S.INVITED, _H.ANSWER_ASKED): (_S.ACCEPTED, (_E.ANSWER,)),
    (_S.INVITED, _H.END_ASKED): (_S.ENDED, (_E.REFUSE, _E.TELL_ENDED)),
    (_S.INVITED, _H.UNFIT): (_S.ENDED, (_E.REFUSE, _E.TELL_ENDED)),
    (_S.INVITED, _H.GONE): (_S.ENDED, _TELL_END),
    (_S.CALLING, _H.RANG): (_S.RINGING, (_E.TELL,)),
    (_S.CALLING, _H.PROGRESSED): (_S.RINGING, (_E.TELL,)),
    (_S.CALLING, _H.ANSWERED): (_S.ACCEPTED, (_E.TELL,)),
    (_S.CALLING, _H.END_ASKED): (_S.ENDED, (_E.CANCEL, _E.TELL_ENDED)),
    (_S.CALLING, _H.DEADLINE_PASSED): (_S.ENDED, (_E.CANCEL, _E.TELL_ENDED)),
    (_S.CALLING, _H.UNFIT): (_S.ENDED, (_E.CANCEL, _E.TELL_ENDED)),
    (_S.CALLING, _H.GONE): (_S.ENDED, _TELL_END),
    (_S.RINGING, _H.PROGRESSED): (_S.RINGING, (_E.TELL,)),
    (_S.RINGING, _H.ANSWERED): (_S.ACCEPTED, (_E.TELL,)),
    (_S.RINGING, _H.END_ASKED): (_S.ENDED, (_E.CANCEL, _E.TELL_ENDED)),
    (_S.RINGING, _H.DEADLINE_PASSED): (_S.ENDED, (_E.CANCEL, _E.TELL_ENDED)),
    (_S.RINGING, _H.UNFIT): (_S.ENDED, (_E.CANCEL, _E.TELL_ENDED)),
    (_S.RINGING, _H.GONE): (_S.ENDED, _TELL_END),
    (_S.ACCEPTED, _H.CONFIRMED): (_S.TALKING, (_E.TELL,)),
    (_S.ACCEPTED, _H.AGREED): (_S.ACCEPTED, (_E.TELL,)),
    (_S.ACCEPTED, _H.OFFERED): (_S.ACCEPTED, (_E.TELL,)),
    (_S.ACCEPTED, _H.KEYED): (_S.ACCEPTED, (_E.TELL,)),
    (_S.ACCEPTED, _H.END_ASKED): (_S.ENDED, (_E.BYE, _E.TELL_ENDED)),
    (_S.ACCEPTED, _H.UNFIT): (_S.ENDED, (_E.BYE, _E.TELL_ENDED)),
    (_S.ACCEPTED, _H.GONE): (_S.ENDED, _TELL_END),
    (_S.TALKING, _H.REOFFER_ASKED): (_S.TALKING, (_E.REOFFER,)),
    (_S.TALKING, _H.OFFERED): (_S.TALKING, (_E.TELL,)),
    (_S.TALKING, _H.AGREED): (_S.TALKING, (_E.TELL,)),
    (_S.TALKING, _H.KEYED): (_S.TALKING, (_E.TELL,)),
    (_S.TALKING, _H.END_ASKED): (_S.ENDED, (_E.BYE, _E.TELL_ENDED)),
    (_S.TALKING, _H.UNFIT): (_S.ENDED, (_E.BYE, _E.TELL_ENDED)),
    (_S.TALKING, _H.GONE): (_S.ENDED, _TELL_END),
}


def step(state: LegState, happening: Happening) -> tuple[LegState, tuple[Effect, ...]]:
    """The next state and what is to be done, in order; unchanged and nothing for a pair outside the table."""
    return TABLE.get((state, happening), (state, ()))
