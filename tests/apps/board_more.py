"""Canned answers of the paper switch about mailboxes and rooms."""

from __future__ import annotations

from typing import Any

from apps.api import types as t

AT = t.utc(1_767_323_045.678)
CALL = "0gx3k2m4npqrs"
ROOM = t.ConferenceInfo(
    "weekly",
    AT,
    [
        t.ConferenceMember(CALL, "13800138000", True, False, AT),
        t.ConferenceMember("0gx3k2m4npqrt", "201", False, True, AT, 1.41),
    ],
    locked=True,
    recording_id="conference-weekly-20260102-030405",
)
POLL = t.PollInfo("best-song", 12, {"Jasmine": 9, "Harbour": 3})
ANSWERS: dict[str, Any] = {
    "conferences.list": t.Conferences([ROOM, t.ConferenceInfo("daily", AT, ROOM.members[:1], waiting=True)]),
    **dict.fromkeys((f"conferences.{verb}" for verb in ("show", "mute", "kick", "lock", "record")), ROOM),
    "surveys.report": t.SurveyReport([t.SurveyRow("service", "friendly", 4, {"3": 1, "5": 3}, 4.5, "mei")]),
    "polls.list": t.PollList([POLL]),
    "polls.show": POLL,
    "forms.list": t.Forms(
        [
            t.FormRecord(
                "order",
                CALL,
                "13800138000",
                AT,
                [t.FormAnswer("who", f"/site/recordings/{CALL}-1.wav", True, 4000), t.FormAnswer("number", "4711")],
            )
        ]
    ),
    "mailboxes.list": t.Mailboxes([t.MailboxInfo("201", "王美", 2, 1), t.MailboxInfo("202", "Li Wei", 0, 3)]),
    "mailboxes.show": t.MailboxDetail(
        "201",
        "王美",
        [
            t.MessageInfo(AT, "13800138000", f"/site/voicemail/201/20260102-030405-{CALL}-1.wav"),
            t.MessageInfo(AT, "", f"/site/voicemail/201/20260102-030405-{CALL}-2.wav", True, "202"),
        ],
        ["busy"],
    ),
}
"""By method."""
