"""`zongji demo`: the play itself, top to bottom.

Exit codes: 0 all held, 1 something did not, 4 the switch could not be reached or started.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from apps.api.client import Client, Unreachable
from apps.api.params import Subscribe
from apps.api.protocol import ApiError
from apps.api.types import CallInfo
from apps.demo import verdicts
from apps.demo.hotline_call import Played, play
from apps.demo.own_switch import SwitchFailed
from apps.demo.people import Agent, agent_info, key_code, state, until
from apps.demo.stage import SWITCH_IP, Stage
from apps.demo.story import Broken, Story
from apps.site import SiteError
from apps.softphone.drive import Phone, PhoneSilent

CALLER_HZ, ALICE_HZ, BOB_HZ = 1000, 440, 620
MUSIC_S = 2.5
"""How long nobody is free."""


@click.command(name="demo")
@click.option(
    "--site", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Use the switch of this site."
)
@click.option("--keep", type=click.Path(path_type=Path), help="Keep site, logs and sound files in this directory.")
def demo(site: Path | None, keep: Path | None) -> None:
    """One real call through the whole house, and proof of it.

    Three soft phones, a hotline, an agent, a recording and the books; the exit code says whether all held.
    """
    sys.exit(run(site=site, keep=keep))


def run(*, site: Path | None = None, keep: Path | None = None) -> int:
    """Play the demonstration; the exit code."""
    story = Story()
    stage = Stage(site=site, keep=keep)
    try:
        _open(story, stage)
        with stage.switch.client() as client, stage.switch.client() as alerts:
            alerts.subscribe(Subscribe(types=["alert.started"]))
            _act(story, stage, client, alerts)
    except (SwitchFailed, SiteError, Unreachable) as error:
        click.secho(f"\n{error}", fg="red", err=True)
        return 4
    except (Broken, PhoneSilent, ApiError) as error:
        story.claim("the story goes on", False, str(error))
    finally:
        stage.clear()
    good = story.end()
    if not good and stage.switch.process is not None:
        click.echo(stage.last_words, err=True)
    return 0 if good else 1


def _open(story: Story, stage: Stage) -> None:
    story.chapter("A switch")
    stage.build()
    if stage.site_is_ours:
        seconds = stage.switch.start()
        story.tell(f"started in {seconds:.1f} s, its site in {stage.switch.site}")
    story.tell(f"SIP on {SWITCH_IP}:{stage.sip_port}")


def _act(story: Story, stage: Stage, client: Client, alerts: Client) -> None:
    story.chapter("Three phones, each a PJSUA2 user agent in its own process")
    alice = Agent("alice", "2001", ALICE_HZ, stage.desk_phone("2001", ALICE_HZ))
    bob = Agent("bob", "2002", BOB_HZ, stage.desk_phone("2002", BOB_HZ))
    caller = stage.outside_phone(CALLER_HZ)
    stage.wait_ready()
    for agent in (alice, bob):
        agent.phone.wait("registered", 8)
        story.tell(f"{agent.name}'s phone {agent.extension} registered; it will speak {agent.freq_hz} Hz")
    story.tell(f"the caller is outside, behind a trunk known by its address; speaks {CALLER_HZ} Hz")
    key_code(story, alice, "*11", "log in")
    info = until(client, "alice", lambda a: a.presence == "available" and a.activity == "idle")
    story.claim("alice is logged in by star code", info.presence == "available", state(info))
    key_code(story, alice, "*13", "break")
    info = until(client, "alice", lambda a: a.presence == "on break")
    story.claim("alice is on break", info.presence == "on break", state(info))

    story.chapter("The first call: a greeting, a key, music while nobody is free, an agent")
    first = play(story, client, caller, [alice, bob], while_waiting=lambda call: _alice_returns(story, alice, call))
    voices = stage.voice(CALLER_HZ), stage.voice(ALICE_HZ)
    story.tell(f"the switch chose {verdicts.why(alerts, first.call_id)}")
    verdicts.greeting_and_music(story, caller, first)
    story.claim("alice takes it", first.agent is alice, first.agent.name)
    verdicts.both_hear(story, caller, first, *voices)

    story.chapter("The second call: bob is free too, and has taken fewer calls")
    second = _second(story, client, caller, alice, bob)
    story.tell(f"the switch chose {verdicts.why(alerts, second.call_id)}")
    story.claim("the caller reaches the same agent again", second.agent is alice, second.agent.name)
    verdicts.both_hear(story, caller, second, stage.voice(CALLER_HZ), stage.voice(second.agent.freq_hz))

    story.chapter(f"What is left of the first call ({first.call_id})")
    verdicts.ladder(story, client, first)
    verdicts.recording(story, client, first, *voices)
    verdicts.books(story, client, first)
    if not stage.site_is_ours:
        for agent in (alice, bob):
            key_code(story, agent, "*12", "log out")


def _alice_returns(story: Story, alice: Agent, call: CallInfo | None) -> None:
    time.sleep(MUSIC_S)
    story.tell(f"the caller waits, place {call.position if call else '?'}; alice's break ends")
    key_code(story, alice, "*14", "ready")


def _second(story: Story, client: Client, caller: Phone, alice: Agent, bob: Agent) -> Played:
    key_code(story, bob, "*11", "log in")
    key_code(story, alice, "*14", "ready, wrap-up is over")
    ready = [until(client, a.name, lambda a: a.presence == "available" and a.activity == "idle") for a in (alice, bob)]
    story.claim("both are free", all(a.activity == "idle" for a in ready), "; ".join(map(state, ready)))
    counts = [agent_info(client, name).calls_today for name in ("alice", "bob")]
    story.claim("bob has taken fewer calls", counts[1] < counts[0], f"alice {counts[0]}, bob {counts[1]}")
    return play(story, client, caller, [alice, bob], listen_s=1.0)


def main() -> None:
    """`python -m apps.demo`."""
    demo()
