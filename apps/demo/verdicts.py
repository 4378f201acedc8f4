"""What must hold after a call: what was heard, what was recorded, what the books say. Claims, no action."""

from __future__ import annotations

import time
from pathlib import Path

from apps.api import catalogue
from apps.api.client import Client, SeenEvent
from apps.api.params import CdrFilter, RecordingFilter, TraceOf
from apps.api.types import CdrRow, RecordingInfo
from apps.demo.hotline_call import Played
from apps.demo.judge import Audible, ear_of, listen
from apps.demo.stage import CALLER, HOTLINE, Voice
from apps.demo.story import Story
from apps.softphone import ear
from apps.softphone.drive import Phone

NEAR_MS = 250
"""Most that a voice may take from phone to phone: two phones' jitter buffers, the switch's, four packet times."""
GAPS_MS = 200
"""Of four seconds: three soft phones and a switch share the machine, and a phone that is not let run loses frames."""
SETTLE_S = 0.4
"""The two phones' files and jitter buffers have come to rest."""
BOOKED_S = 5.0


def greeting_and_music(story: Story, caller: Phone, played: Played) -> None:
    """The caller heard speech, then music."""
    heard = ear_of(caller, played.caller_call)
    spoken = ear.speech_s(heard.between(played.answered, played.pressed))
    story.claim(
        "the caller hears the greeting",
        spoken > 0.8,
        f"{spoken:.1f} s of sound in the {played.pressed - played.answered:.1f} s before the key",
    )
    music = heard.between(played.waited_from + 0.2, played.rang)
    sounding = ear.speech_s(music) / max(0.01, len(music) / 8000)
    story.claim(
        "the caller waits with music",
        len(music) > 8000 and sounding > 0.6,
        f"{len(music) / 8000:.1f} s at {ear.level_dbfs(music):.0f} dBFS, sounding {sounding:.0%} of the time",
    )


def both_hear(story: Story, caller: Phone, played: Played, caller_voice: Voice, agent_voice: Voice) -> None:
    """Each hears the other's tone, whole and soon; a hang-up is noticed at once."""
    span = (played.connected + SETTLE_S, played.hung_up - 0.1)
    agent = played.agent
    at_agent = listen(
        ear_of(agent.phone, played.agent_call),
        caller,
        played.caller_call,
        caller_voice.samples(),
        caller_voice.freq_hz,
        span,
    )
    at_caller = listen(
        ear_of(caller, played.caller_call),
        agent.phone,
        played.agent_call,
        agent_voice.samples(),
        agent_voice.freq_hz,
        span,
    )
    _hears(story, agent.name, f"the caller's {caller_voice.freq_hz} Hz", at_agent)
    _hears(story, "the caller", f"{agent.name}'s {agent_voice.freq_hz} Hz", at_caller)
    late_ms = (played.noticed - played.hung_up) * 1000
    story.claim(f"{agent.name}'s phone learns of the hang-up", late_ms < 500, f"after {late_ms:.0f} ms")


def ladder(story: Story, client: Client, played: Played) -> None:
    """The SIP of the call, both legs."""
    trace = client.call(catalogue.CALLS_TRACE, TraceOf(played.call_id, bodies=False))
    story.block(trace.ladder, 4)
    first_words = [message.first_line.split()[0] for message in trace.messages]
    both = first_words.count("INVITE") >= 2 and first_words.count("BYE") >= 2
    story.claim("the ladder shows both legs", both, f"{len(first_words)} messages")


def recording(story: Story, client: Client, played: Played, caller_voice: Voice, agent_voice: Voice) -> None:
    """One file, the caller left, the agent right."""
    found: list[RecordingInfo] = []
    deadline = time.monotonic() + BOOKED_S
    while time.monotonic() < deadline:
        found = client.call(catalogue.RECORDINGS_LIST, RecordingFilter(call_id=played.call_id)).recordings
        if found and found[0].ended_at:
            break
        time.sleep(0.1)
    if not found:
        story.claim("the call is recorded", False, "the books know no recording of it")
        return
    info = found[0]
    story.tell(f"recording {info.path}")
    path = Path(info.path)
    if not path.exists():
        story.claim("the recording is there", False, "the file is not")
        return
    count = ear.channels(path)
    story.claim("the recording has two channels", count == 2, f"{count}, {info.length_ms / 1000:.1f} s")
    for channel, who, voice in ((0, "the caller", caller_voice), (1, played.agent.name, agent_voice)):
        if channel < count:
            samples = ear.read(path, channel)
            tone = ear.dominant(samples[len(samples) // 4 :])
            name = ("left", "right")[channel]
            story.claim(
                f"its {name} channel is {who}",
                abs(tone.freq_hz - voice.freq_hz) < 6 and tone.share > 0.6,
                f"{tone.freq_hz:.0f} Hz, {tone.share:.0%} of the sound",
            )


def books(story: Story, client: Client, played: Played) -> None:
    """The row, its segments, and their sum."""
    row: CdrRow | None = None
    deadline = time.monotonic() + BOOKED_S
    while time.monotonic() < deadline:
        rows = client.call(catalogue.CDR_LIST, CdrFilter(call_id=played.call_id, segments=True)).rows
        row = rows[0] if rows else None
        if row and row.ended_at:
            break
        time.sleep(0.1)
    if row is None or row.ended_at is None:
        story.claim("the call is in the books", False, "it is not" if row is None else "it is still open there")
        return
    story.table(
        ["segment", "agent", "queue", "outcome", "seconds"],
        [(s.kind, s.agent, s.queue, s.outcome, f"{s.ms / 1000:.2f}") for s in row.segments],
    )
    story.table(
        ["caller", "called", "agent", "disposition", "ended by", "talk", "wait", "menu"],
        [
            (
                row.caller,
                row.called,
                row.agent,
                row.disposition,
                row.ended_by,
                f"{row.talk_ms / 1000:.2f}",
                f"{row.wait_ms / 1000:.2f}",
                f"{row.menu_ms / 1000:.2f}",
            )
        ],
    )
    good = (row.caller, row.called, row.agent, row.disposition) == (CALLER, HOTLINE, played.agent.name, "answered")
    story.claim("the books have who, whom and how", good, f"{row.caller} > {row.called} > {row.agent}")
    total = sum(segment.ms for segment in row.segments)
    story.claim(
        "the segments add up to the call",
        abs(total - row.duration_ms) <= 20,
        f"{total} ms of {row.duration_ms} ms",
    )
    talked = played.hung_up - played.connected
    story.claim("the talk's length is right", abs(row.talk_ms / 1000 - talked) < 0.3, f"{row.talk_ms / 1000:.2f} s")


def why(alerts: Client, call_id: str) -> str:
    """Why this agent, as the switch said when it began to ring. `alerts` is subscribed to `alert.started`."""
    for told in alerts.events(0.5):
        if isinstance(told, SeenEvent) and told.data.get("call_id") == call_id:
            return f"{told.data['agent']}: {told.data['why']}"
    return "nothing"


def _hears(story: Story, who: str, what: str, heard: Audible) -> None:
    delay = "not recognised" if heard.delay_ms is None else f"{heard.delay_ms:.0f} ms later"
    good = heard.is_it and heard.delay_ms is not None and heard.delay_ms < NEAR_MS and heard.gaps_ms <= GAPS_MS
    story.claim(f"{who} hears {what}", good, f"{heard.freq_hz:.0f} Hz, {delay}, {heard.gaps_ms} ms missing")
