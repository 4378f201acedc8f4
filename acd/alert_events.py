"""What happens to alerts and the talks that come of them, one function each: what an event says, and what is due.

An event about an unknown alert changes nothing, but an answer that comes too late: its leg is stopped. The key of what
is due is taken out already. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from acd import events
from acd.alert import AlertState
from acd.effects import StopAlert
from acd.floor import Floor
from acd.wait import Due
from acd.words import AlertOutcome


def _alert_rang(floor: Floor, event: events.AlertRang, now: float) -> None:
    alert = floor.alerts.get(event.alert)
    if alert is not None:
        floor.alert_rang(alert, now)


def _alert_answered(floor: Floor, event: events.AlertAnswered, now: float) -> None:
    alert = floor.alerts.get(event.alert)
    if alert is not None:
        floor.connect(alert, now)
    else:
        floor.effects.append(StopAlert(event.alert, floor.ended.get(event.alert, AlertOutcome.WITHDRAWN)))


def _alert_failed(floor: Floor, event: events.AlertFailed, now: float) -> None:
    alert = floor.alerts.get(event.alert)
    if alert is not None:
        floor.alert_failed(alert, event.outcome, now)


def _talk_ended(floor: Floor, event: events.TalkEnded, now: float) -> None:
    alert = floor.alerts.get(event.alert)
    if alert is not None:
        floor.end_talk(alert, now)


def _alert_due(floor: Floor, key: Any, now: float) -> None:
    alert = floor.alerts[key[1]]
    rang = alert.state is AlertState.RINGING
    floor.withdraw(alert, AlertOutcome.NO_ANSWER if rang else AlertOutcome.WITHDRAWN, now)


# The key's type is that of the function's second parameter; a dict cannot say so to the type checker.
HAPPENED: dict[type[Any], Callable[[Floor, Any, float], None]] = {
    events.AlertRang: _alert_rang,
    events.AlertAnswered: _alert_answered,
    events.AlertFailed: _alert_failed,
    events.TalkEnded: _talk_ended,
}
DUE: dict[Due, Callable[[Floor, Any, float], None]] = {Due.ALERT: _alert_due}
