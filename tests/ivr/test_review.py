"""record with review, mailbox, conference and voicemail as steps: what is asked of the call, which way the script takes."""

from __future__ import annotations

import pytest

from ivr import review
from ivr.run import run
from ivr.words import RecordResult
from tests.ivr.fakeport import FakePort
from tests.ivr.stage import script, wrong

RECORD = script('- record: {say: "Speak.", review: true, empty: [{say: "Nothing."}]}\n- say: "{recording_seconds}"')


async def acts(keys: str, recorded: float = 8.0) -> tuple[list[str], list[str]]:
    port = FakePort(keys, recorded=RecordResult("r.wav", recorded, "key"))
    await run(RECORD, "main", port)
    said = [what.partition(": ")[2] for what in port.said]
    return [act for act in port.acts if act not in ("answer", "hang up normal")], said


ASKED = review.asked("en").text


@pytest.mark.parametrize(
    ("keys", "done", "said"),
    [
        ("3", ["record max=120"], ["Speak.", ASKED, "8"]),
        ("#", ["record max=120"], ["Speak.", ASKED, "8"]),
        ("", ["record max=120"], ["Speak.", ASKED, "8"]),
        ("1#", ["record max=120", "hear r.wav"], ["Speak.", ASKED, ASKED, "8"]),
        ("23", ["record max=120", "discard r.wav", "record max=120"], ["Speak.", ASKED, "Speak.", ASKED, "8"]),
        ("*", ["record max=120", "discard r.wav"], ["Speak.", ASKED, "Nothing.", "0"]),
        ("54*", ["record max=120", "discard r.wav"], ["Speak.", ASKED, "Nothing.", "0"]),
    ],
)
async def test_the_caller_hears_it_says_it_anew_keeps_or_discards_it(keys, done, said):
    assert await acts(keys) == (done, said)


async def test_a_recording_without_a_word_is_not_asked_about():
    assert await acts("3", recorded=0.2) == (["record max=120", "discard r.wav"], ["Speak.", "Nothing.", "0"])


async def test_who_only_listens_again_and_again_has_kept_it_some_day():
    done, _ = await acts("1" * 50)
    assert done.count("hear r.wav") == review.MOST


@pytest.mark.parametrize("may", [True, False])
async def test_mailbox_goes_on_or_is_refused(may):
    made = script('- mailbox: {box: "2001", refused: [{say: "Refused."}]}\n- say: "After."')
    port = FakePort()
    port.may_in = may
    await run(made, "main", port)
    assert "mailbox 2001 language=en" in port.acts
    assert [what.partition(": ")[2] for what in port.said] == (["After."] if may else ["Refused.", "After."])


@pytest.mark.parametrize(("status", "said"), [("left", ["After left."]), ("locked", ["No.", "After locked."])])
async def test_conference_goes_on_or_is_refused(status, said):
    made = script('- conference: {room: weekly, refused: [{say: "No."}]}\n- say: "After {conference_status}."')
    port = FakePort()
    port.meets = status
    await run(made, "main", port)
    assert [what.partition(": ")[2] for what in port.said] == said


@pytest.mark.parametrize(("own", "greeted"), [(True, "greeting of 2001"), (False, "Please leave")])
async def test_the_owners_greeting_stands_in_for_the_switchs_own(own, greeted):
    port = FakePort()
    port.greetings = {"2001"} if own else set()
    await run(script('- voicemail: "2001"'), "main", port)
    assert any(greeted in what for _, what in port.story)
    assert any("Please leave" in what for what in port.said) is not own


@pytest.mark.parametrize(
    ("steps", "what"),
    [
        ('- conference: {room: "a b"}', "cannot be a room"),
        ("- conference: {room: a, pin: '12'}", "is no PIN"),
        ("- conference: {room: a, pin: '123', moderator_pin: '123'}", "Both PINs are the same"),
        ("- mailbox: {box: '2999'}", "no mailbox"),
    ],
)
def test_mistakes_are_found(steps, what):
    assert any(
        what in str(mistake) for mistake in wrong(f"routes: [{{to: '1', do: main}}]\nscripts:\n  main:\n    {steps}")
    )
