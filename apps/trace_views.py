"""The SIP ladder of a call, for the API: from the switch's memory, with every leg of the call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.api.protocol import ApiError, Code, plain
from apps.api.types import TraceInfo, TraceMessage, utc
from switch.words import CallId

if TYPE_CHECKING:
    from apps.house import House


def trace(house: House, call_id: str, *, bodies: bool) -> TraceInfo:
    """What SIP said about a call that runs or ran lately. Raises `ApiError` when nothing of it is kept."""
    sip_call_ids = house.switch.trace.of(CallId(call_id))
    messages = house.switch.trace.messages(sip_call_ids)
    if not messages:
        raise ApiError(
            Code.NOT_FOUND,
            f"No SIP messages are kept of a call {plain(call_id)}",
            where="call_id",
            hint="The trace is memory: it holds the last calls only (switch.yaml, sip.trace_calls).",
        )
    ends = [f"{message.transport} {message.far[0]}:{message.far[1]}" for message in messages]
    return TraceInfo(
        call_id=call_id,
        parties=["zongji", *dict.fromkeys(ends)],
        ladder=house.switch.trace.ladder(sip_call_ids),
        messages=[
            TraceMessage(
                at=utc(message.at),
                source="zongji" if message.sent else end,
                target=end if message.sent else "zongji",
                transport=message.transport,
                first_line=message.title,
                text=message.text if bodies else "",
            )
            for message, end in zip(messages, ends, strict=True)
        ],
    )
