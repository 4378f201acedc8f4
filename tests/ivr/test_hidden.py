"""Hidden entry: the switch is told to keep nothing while it lasts, and what comes of it never reaches the books."""

from __future__ import annotations

import pytest

from ivr.run import run
from ivr.running import STARS
from tests.ivr.fakeport import FakePort, HungUp
from tests.ivr.stage import script

PIN = "gather: {say: PIN?, into: pin, num_digits: 4, hidden: true, no_input: hangup, no_match: hangup}"


async def test_nothing_is_kept_from_the_question_to_the_last_digit():
    port = FakePort("1234")
    await run(script(f"- {PIN}\n- say: Thanks"), "main", port)
    assert [what for what in port.acts if what in ("hide", "show")] == ["hide", "show"]
    story = [what for _, what in port.story]
    assert story.index("hide") < story.index("say en: PIN?") < story.index("show") < story.index("say en: Thanks")


async def test_a_caller_who_hangs_up_or_keys_nothing_leaves_nothing_hidden():
    port = FakePort("12", hangs_up_at=3.0)
    with pytest.raises(HungUp):
        await run(script(f"- {PIN}"), "main", port)
    assert port.acts[-1] == "show"
    port = FakePort()
    await run(script(f"- {PIN}"), "main", port)
    assert port.acts.count("hide") == port.acts.count("show") == 3  # asked three times


async def test_what_comes_of_a_hidden_variable_is_hidden_and_not_remembered():
    made = script(
        f"""
        - {PIN}
        - set: {{copy: "{{pin}}", last: {{value: "right(pin, 2)"}}, long: {{value: "len(caller)"}}}}
        - call: {{script: check, values: {{given: "{{copy}}"}}, into: back}}
        - remember: {{secret: "{{last}}", visits: "1"}}
        - if: {{test: 'back == "1234" and last == 34', then: [{{say: Right}}]}}
        - set: {{copy: none}}
        """,
        more="""
        #
          check:
            - return: "{given}"
        """,
    )
    port = FakePort("1234")
    await run(made, "main", port)
    assert "en: Right" in port.said
    assert port.memory == {"visits": "1"}
    hidden = {name for name, value in port.variables.items() if value == STARS}
    assert hidden == {"pin", "last", "given", "back"} and port.variables["long"] == "11"
    assert port.variables["copy"] == "none" and "1234" not in str(port.variables)


@pytest.mark.parametrize(("given", "seconds"), [("", 5.0), ("digit_timeout: 2, ", 2.0)])
async def test_the_pause_between_digits_has_a_limit_of_its_own(given, seconds):
    made = script(
        f"- gather: {{say: Number?, timeout: 5, {given}no_input: hangup, no_match: hangup}}\n- say: '{{digits}}'"
    )
    port = FakePort([("1", 4.0), ("2", 5.5)])
    await run(made, "main", port)
    when = {what: at for at, what in port.story}
    assert when["say en: 12"] == 5.5 + seconds


async def test_the_pause_between_the_digits_of_a_menus_key_has_a_limit_of_its_own():
    made = script(
        """
        - menu:
            say: Which?
            digit_timeout: 1
            keys: {"1": [{say: one}], "12": [{say: twelve}]}
            no_input: hangup
            no_match: hangup
        """
    )
    port = FakePort([("1", 3.0)])
    await run(made, "main", port)
    assert {what: at for at, what in port.story}["say en: one"] == 4.0
