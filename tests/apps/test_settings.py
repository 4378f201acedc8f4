"""A site is read whole or not at all, and every mistake is told at once, at its line, with a way to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acd.need import attributes
from acd.settings import Counted, Strategy
from apps.settings import load_site, read_site
from apps.site import create_site
from ivr.words import Mistakes
from switch.settings import Bind
from switch.words import ToTrunk

PHONES = 'phones:\n  "2001": {name: A, secret: "correct horse"}\n  "2002": {name: B, secret: "battery staple"}\n'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small site without mistakes."""
    files = {
        "switch.yaml": "name: Test\n",
        "trunks.yaml": "trunks: {}\n",
        "phones.yaml": PHONES,
        "agents.yaml": 'agents:\n  alice: {extension: "2001", queues: [sales]}\n',
        "queues.yaml": "queues:\n  sales: {ring: 15}\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def wrong(site: Path, file: str = "", text: str = "") -> list[str]:
    """Every mistake, after one file was replaced."""
    if file:
        (site / file).write_text(text, "utf-8")
    with pytest.raises(Mistakes) as caught:
        load_site(site)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_a_small_site_is_read_with_defaults(site: Path) -> None:
    read = load_site(site)
    assert read.switch.sip.listen[0].port == 5060
    assert read.switch.language == "zh"
    assert read.queues["sales"].ring_s == 15 and read.queues["sales"].max_wait_s is None
    assert read.paths.socket == site / "run" / "api.sock"
    assert read.agents["alice"].wrap_up_s is None


def test_empty_files_are_a_site_without_anything(tmp_path: Path) -> None:
    for name in ("switch", "trunks", "phones", "agents", "queues"):
        (tmp_path / f"{name}.yaml").write_text("# nothing yet\n")
    assert load_site(tmp_path).phones == {}


def test_missing_files_are_mistakes_each(tmp_path: Path) -> None:
    assert len(wrong(tmp_path)) == 5


def test_a_number_to_dial_keeps_its_zeros(site: Path) -> None:
    (site / "trunks.yaml").write_text(
        "trunks:\n  t: {host: sip.example.net, caller_id: 0100, username: 0755, password: NO}\n"
    )
    trunk = load_site(site).trunks["t"]
    assert (trunk.caller_id, trunk.username, trunk.password) == ("0100", "0755", "NO")


@pytest.mark.parametrize(
    ("text", "seconds"), [("20", 20.0), ("1.5", 1.5), ("90s", 90.0), ("5m", 300.0), ("2h", 7200.0), ("1 d", 86400.0)]
)
def test_times_are_seconds_or_carry_a_unit(site: Path, text: str, seconds: float) -> None:
    (site / "queues.yaml").write_text(f"queues:\n  sales: {{max_wait: {text}}}\n")
    assert load_site(site).queues["sales"].max_wait_s == seconds


@pytest.mark.parametrize(
    ("file", "text", "mistake"),
    [
        # values
        ("queues.yaml", "queues:\n  sales: {ring: 2O}", 'of queue sales is no length of time: "2O"'),
        ("queues.yaml", "queues:\n  sales: {ring: -1}", '2: The value of "ring" of queue sales is no length of time'),
        ("queues.yaml", "queues:\n  sales: {ring: 0}", '2: Queue "sales" would ring for no time at all'),
        ("queues.yaml", "queues:\n  sales: {last_agent: maybe}", "is neither yes nor no"),
        ("queues.yaml", "queues:\n  sales: {max_callers: many}", "is no whole number"),
        ("queues.yaml", "queues:\n  sales: {record: allways}", 'cannot be "allways". Write one of: answer, ring'),
        ("queues.yaml", "queues:\n  sales: [1]", "queue sales must be a mapping"),
        ("switch.yaml", "media: {codecs: [pcma, opus]}", 'cannot be "opus". Write one of: pcmu, pcma, g722'),
        ("switch.yaml", "media: {codecs: [pcma, PCMA]}", "names a codec twice"),
        ("switch.yaml", "media: {codecs: []}", "names no codec"),
        ("switch.yaml", "media: {codecs: {a: b}}", "must be a list of codecs"),
        ("switch.yaml", "media: {tones: fr}", 'cannot be "fr". Write one of: cn, us, uk, eu'),
        ("switch.yaml", "amd: {greeting: 2s}", '"amd.greeting" of switch.yaml is no whole number'),
        ("switch.yaml", "amd: {greeting: 60001}", "Write a number from 100 to 60000"),
        ("switch.yaml", "amd: {minimum_word_length: 100}", "minimum_word_length"),
        ("queues.yaml", "queues: [sales]", '"queues" must be a mapping of names'),
        ("queues.yaml", "- sales", "The file must be a mapping"),
        ("queues.yaml", "queues:\n  sa les: {}", "The name of this queue is no name"),
        ("queues.yaml", "queues:\n  sales: {greeting: hello}", '"greeting" of queue sales must be a mapping'),
        ("phones.yaml", PHONES + '  "20a1": {secret: "correct horse"}', "The name of this phone is no extension"),
        ("phones.yaml", PHONES + '  "2003": {name: C}', '4: "secret" is missing in phone 2003'),
        ("phones.yaml", PHONES + '  "2003": {secret: [x]}', "must be plain text"),
        ("phones.yaml", PHONES + '  "2003": {secret: "correct horse", max_contacts: 0}', "is out of range: 0"),
        ("phones.yaml", PHONES + '  "2001": {secret: "correct horse"}', '4: "2001" is here twice (first in line 2)'),
        ("agents.yaml", 'agents:\n  alice: {pin: 12}', "is no PIN"),
        ("agents.yaml", "breaks: {12: lunch}", "The name of this break is no digit"),
        ("trunks.yaml", "trunks:\n  t: {addresses: [10.0.0.1/24]}", "is no IPv4 address or network"),
        ("trunks.yaml", "trunks:\n  t: {addresses: 0.0.0.0/0}", "lets very much of the Internet call"),
        ("trunks.yaml", "trunks:\n  t: {host: 'sip:x@y'}", "is no host"),
        ("trunks.yaml", "trunks:\n  t: {host: x.example, port: 99999}", "is out of range: 99999"),
        ("trunks.yaml", "trunks:\n  t: {host: x.example, transport: sctp}", 'cannot be "sctp"'),
        ("trunks.yaml", "outbound: [{number: '[1-'}]", "is no pattern of numbers"),
        ("trunks.yaml", "outbound: {number: '0.'}", '"outbound" must be a list'),
        ("switch.yaml", "sip: {listen: 5060}", 'is no address to listen on: "5060"'),
        ("switch.yaml", "sip: {public_ip: here}", "is no IPv4 address"),
        ("switch.yaml", "media: {ports: 24575-16384}", "is no range of ports"),
        ("switch.yaml", 'star_codes: {login: "11"}', "is no star code"),
        # unknown keys, with what was probably meant
        ("switch.yaml", "sipp: {}", '1: Unknown key "sipp" in switch.yaml. Did you mean "sip"?'),
        ("switch.yaml", "sip:\n  lisen: []", '2: Unknown key "lisen" in switch.yaml. Did you mean "listen"?'),
        ("queues.yaml", "quues: {}", 'Unknown key "quues". Did you mean "queues"?'),
        ("queues.yaml", "queues:\n  sales:\n    wrapup: 3", '3: Unknown key "wrapup" in queue sales. Did'),
        (
            "queues.yaml",
            "queues:\n  sales:\n    full:\n      than: {hangup: busy}",
            '4: Unknown key "than" in queue sales. Did you mean "then"?',
        ),
        # one file against another
        ("agents.yaml", "agents:\n  bob: {queues: [sale]}", '2: There is no queue "sale". Did you mean "sales"?'),
        ("agents.yaml", "agents:\n  bob: {queues: [sales, sales]}", 'names queue "sales" twice'),
        ("agents.yaml", 'agents:\n  bob: {extension: "2010"}', 'There is no phone "2010"'),
        ("queues.yaml", "queues:\n  sales: {music: jazz}", 'There is no music class "jazz"'),
        ("queues.yaml", "queues:\n  sales: {language: fr}", 'The switch does not speak "fr"'),
        ("queues.yaml", "queues:\n  sales: {greeting: {zh: 您好}}", "The text is missing in en"),
        ("queues.yaml", "queues:\n  sales: {full: {then: {queue: slaes}}}", 'Did you mean "sales"?'),
        ("queues.yaml", "queues:\n  sales: {full: {then: {queue: sales}}}", "sends its callers to itself"),
        ("queues.yaml", 'queues:\n  sales: {full: {then: {voicemail: "2009"}}}', 'There is no phone "2009"'),
        ("queues.yaml", "queues:\n  sales: {full: {then: {}}}", "must say exactly one thing"),
        ("queues.yaml", "queues:\n  sales: {full: {then: {goto: x, hangup: busy}}}", "must say exactly one thing"),
        ("phones.yaml", PHONES + '  "2003": {secret: "2003"}', "4: The secret of phone 2003 is its extension"),
        ("phones.yaml", PHONES + '  "2003": {secret: "abc1234"}', "is shorter than 8 characters"),
        ("phones.yaml", PHONES + '  "2003": {secret: "11111111"}', "is easily guessed"),
        ("phones.yaml", PHONES + '  "2003": {secret: "phone2003"}', "is easily guessed"),
        ("trunks.yaml", "trunks:\n  t: {}", "leads nowhere and nobody may call in by it"),
        ("trunks.yaml", "trunks:\n  t: {host: x.example, username: u}", "has a username but no password"),
        (
            "trunks.yaml",
            "trunks:\n  t: {addresses: [192.0.2.1]}\n  u: {addresses: [192.0.2.1]}",
            '3: 192.0.2.1 belongs to trunk "t", too',
        ),
        ("trunks.yaml", "outbound: [{number: '0.', trunks: [t]}]", 'There is no trunk "t"'),
        (
            "trunks.yaml",
            "trunks:\n  t: {addresses: 192.0.2.1}\noutbound: [{number: '0.', trunks: t}]",
            'Trunk "t" is for incoming calls only',
        ),
        ("switch.yaml", "time_zone: Asia/Shangai", 'Did you mean "Asia/Shanghai"?'),
        ("switch.yaml", "time_zone: ../../etc/passwd", "There is no time zone"),
        ("switch.yaml", "music: {default: [nothing.wav]}", 'There is no music file "nothing.wav"'),
        ("switch.yaml", 'sip: {listen: ["udp 0.0.0.0:20000"]}', "SIP port 20000 lies within media.ports"),
        ("switch.yaml", 'sip: {listen: ["udp 0.0.0.0:5060", "udp 127.0.0.1:5060"]}', "is listened on twice"),
        ("switch.yaml", "media: {ports: 20000-20100, engines: 4}", "room for fewer than ten calls"),
        ("switch.yaml", 'star_codes: {ready: "*11"}', 'Star code "*11" is that of "login", too'),
        ("switch.yaml", 'star_codes: {ready: "*8"}', "is kept for call pickup"),
        ("switch.yaml", 'star_codes: {ready: "**1"}', "is kept for call pickup"),
        ("switch.yaml", "sip: {session_expires: 30}", "under 90 seconds"),
        ("switch.yaml", "sip: {register_min: 2h}", "register_min is longer than register_max"),
        ("switch.yaml", "sip: {listen: []}", "SIP would be heard nowhere"),
        ("switch.yaml", "sip: {realm: ''}", "The realm is empty"),
        ("switch.yaml", "languages: []", "No language is named"),
        ("switch.yaml", f"paths: {{run: /tmp/{'x' * 100}}}", "longer than 107 bytes"),
        ("queues.yaml", "queues:\n  sales: {strategy: fastest}", "Write one of: fewest_calls, least_talk_time"),
        ("queues.yaml", "queues:\n  sales: {strategy: skill_level}", "goes by skill level and asks for no skill"),
        ("queues.yaml", "queues:\n  sales: {need: zh >= 5}", "there is no 'zh' here"),
        ("queues.yaml", "queues:\n  sales: {need: tier > }", 'The value of "need" of queue sales cannot be read at column'),
        ("queues.yaml", "queues:\n  sales: {need: tier > 1}", 'No agent of queue "sales" is "tier > 1"'),
        ("queues.yaml", "queues:\n  sales: {relax: [{after: 30}, {after: 20}]}", "Each step must come later"),
        ("queues.yaml", "queues:\n  sales: {relax: {after: 30}}", '"relax"'),
        ("queues.yaml", "vip: [{priority: 5}]", "must say who it is about"),
        ("queues.yaml", 'vip: [{number: "[1"}]', "is no pattern of numbers"),
        ("queues.yaml", "vip: [{when: level = 1}]", "a single ="),
        ("queues.yaml", 'vip: [{number: "1*", agent: nobody}]', 'There is no agent "nobody"'),
        ("queues.yaml", 'vip: [{number: "1*", queues: nowhere}]', 'There is no queue "nowhere"'),
        ("queues.yaml", "ageing: never", 'The value of "ageing" is no number: "never"'),
        ("queues.yaml", "queues:\n  sales: {weight: lots}", 'The value of "weight" of queue sales is no number'),
        ("agents.yaml", "agents:\n  a: {queues: sales, skills: {zh: 11}}", "Write a number from 1 to 10"),
        ("agents.yaml", "agents:\n  a: {queues: sales, skills: {Zh-1: 1}}", "is no name of a skill"),
        ("agents.yaml", "agents:\n  a: {tiers: {sales: 2}}", 'Agent "a" does not serve queue "sales"'),
        # not YAML at all
        ("queues.yaml", "queues:\n  sales: {music: *8}", "*8 is not in quotes"),
        ("queues.yaml", "queues:\n  sales: {music: [}", "Not YAML"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_in_words(site: Path, file: str, text: str, mistake: str) -> None:
    found = wrong(site, file, text)
    assert any(mistake in line and line.startswith(file + ":") for line in found), found


def test_the_star_code_of_a_break_reason_may_not_be_another(site: Path) -> None:
    (site / "agents.yaml").write_text('breaks: {"1": lunch}\n')
    found = wrong(site, "switch.yaml", 'star_codes: {ready: "*131"}\n')
    assert any("is that of a break" in line for line in found)


def test_every_mistake_of_every_file_comes_at_once_in_order(site: Path) -> None:
    (site / "queues.yaml").write_text("queues:\n  sales: {rnig: 3, wrap_up: x, music: jazz}\n")
    (site / "agents.yaml").write_text('agents:\n  bob: {extension: "2009", queues: [nope, sales]}\n')
    found = wrong(site, "switch.yaml", 'time_zone: Mars/Phobos\nsip: {relm: x, listen: ["udp 0.0.0.0:20000"]}\n')
    assert [line.split(": ")[0] for line in found] == [
        "agents.yaml:2",
        "agents.yaml:2",
        "queues.yaml:2",
        "queues.yaml:2",
        "queues.yaml:2",
        "switch.yaml:1",
        "switch.yaml:2",
        "switch.yaml:2",
    ]


def test_a_broken_file_is_not_held_against_the_others(site: Path) -> None:
    found = wrong(site, "queues.yaml", "queues: {sales: {")
    assert len(found) == 1 and found[0].startswith("queues.yaml:")


def test_an_entry_with_a_mistake_exists_all_the_same(site: Path) -> None:
    """No second mistake where others name it."""
    assert len(wrong(site, "queues.yaml", "queues:\n  sales: {ring: x}\n")) == 1


def test_no_secret_is_ever_shown(site: Path) -> None:
    text = 'phones:\n  "2001": {secret: "zebra77"}\n  "2002": {secret: "swordfish-swordfish", max_contacts: x}\n'
    assert "zebra77" not in "\n".join(wrong(site, "phones.yaml", text))
    (site / "phones.yaml").write_text(PHONES)
    (site / "trunks.yaml").write_text("trunks:\n  t: {host: x.example, username: u, password: topsecret}\n")
    read = load_site(site)
    shown = repr(read) + repr(read.switch_settings())
    assert "correct horse" not in shown and "topsecret" not in shown


def test_a_wrong_value_is_shown_without_control_characters(site: Path) -> None:
    (line,) = wrong(site, "queues.yaml", 'queues:\n  sales: {ring: "\\x1b[31m2"}\n')
    assert "\x1b" not in line and "?[31m2" in line


def test_what_each_hall_is_told(site: Path) -> None:
    (site / "switch.yaml").write_text('sip: {listen: "udp 127.0.0.1:5070", register_min: 2m}\n')
    (site / "trunks.yaml").write_text(
        "trunks:\n  t: {host: sip.example.net, addresses: 192.0.2.0/28}\n"
        "outbound:\n  - {number: 0., trunks: t, strip: 1, prepend: '86'}\n"
    )
    (site / "queues.yaml").write_text(
        "queues:\n  sales: {wrap_up: 7, timed_out: {then: {goto: message.choose}}, last_agent: no}\n"
    )
    read = load_site(site)
    told = read.switch_settings("9.9")
    assert told.bind == (Bind("udp", "127.0.0.1", 5070),)
    assert told.min_expires_s == 120 and told.user_agent == "Zongji/9.9"
    phone = told.phone("2002")
    assert phone is not None and (phone.secret, phone.name) == ("battery staple", "B")
    assert told.trunks[0].addresses == ("192.0.2.0/28",)
    centre = read.centre_settings()
    assert centre.queues[0].wrap_up_s == 7 and not centre.queues[0].last_agent
    assert centre.agents[0].queues == ("sales",)
    assert centre.queues[0].strategy is Strategy.FEWEST_CALLS and centre.ageing == 1.0


def test_who_serves_whom_and_how_is_told_to_the_centre(site: Path) -> None:
    (site / "agents.yaml").write_text(
        "agents:\n  a: {queues: sales, skills: {zh: 8, billing: 3}, tiers: {sales: 2}, weight: 0.5, max_calls: 40}\n"
    )
    (site / "queues.yaml").write_text(
        "ageing: 0.5\n"
        "queues:\n  sales:\n    strategy: progressive\n    need: zh >= 5 and billing >= 3\n"
        "    relax: [{after: 30s, need: billing >= 2}, {after: 1m, callers_need: no}]\n"
        "    max_talking: 4\n    calls_counted: queue\n    last_agent_wait: 20s\n    weight: 2.5\n"
    )
    told = load_site(site).centre_settings()
    (queue,), (agent,) = told.queues, told.agents
    assert (told.ageing, queue.strategy, queue.counted) == (0.5, Strategy.PROGRESSIVE, Counted.QUEUE)
    assert (queue.max_talking, queue.last_agent_wait_s, queue.weight) == (4, 20.0, 2.5)
    assert queue.need is not None and queue.need.text == "zh >= 5 and billing >= 3"
    assert queue.need.admits(attributes(agent, queue.name)) and set(queue.need.names) == {"zh", "billing"}
    first, second = queue.relax
    assert (first.after_s, first.own, second.after_s, second.need, second.own) == (30.0, True, 60.0, None, False)
    assert (agent.weight, agent.max_calls, dict(agent.tiers)) == (0.5, 40, {"sales": 2})


def test_the_rest_of_what_each_hall_is_told(site: Path) -> None:
    (site / "queues.yaml").write_text("queues:\n  sales: {timed_out: {then: {goto: message.choose}}}\n")
    (site / "trunks.yaml").write_text(
        "trunks:\n  t: {host: sip.example.net}\noutbound:\n  - {number: 0., trunks: t, strip: 1, prepend: '86'}\n"
    )
    read = load_site(site)
    known = read.known(frozenset({"zh/welcome"}))
    assert known.extensions == known.mailboxes == {"2001", "2002"}
    assert known.queues == {"sales"} and known.scripts == {"message"} and known.trunks == {"t"}
    assert read.routes().ways("02155501000")[0].target == ToTrunk("t", "862155501000")


VALUES = st.recursive(
    st.sampled_from(["", "x", "20", "-1", "*8", "yes", "2001", "sales", "0.0.0.0", "[", "never", "\x00"])
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["sales", "2001", "sip", "listen", "ring", "then", "say", "music", "secret", "queues", "goto"])
        | st.text(max_size=5),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["switch", "trunks", "phones", "agents", "queues"]), VALUES, st.booleans())
def test_whatever_a_file_holds_it_is_read_or_told(site: Path, file: str, value: object, wrapped: bool) -> None:
    import json

    text = json.dumps({file: value} if wrapped else value, ensure_ascii=True)
    kept = (site / f"{file}.yaml").read_text("utf-8")
    try:
        (site / f"{file}.yaml").write_text(text, "utf-8")
        _, _, mistakes = read_site(site)
        assert all(mistake.line >= 1 and mistake.what for mistake in mistakes)
    finally:
        (site / f"{file}.yaml").write_text(kept, "utf-8")


def test_the_default_site_has_what_the_demonstration_needs(tmp_path: Path) -> None:
    read = create_site(tmp_path / "site")
    assert {"alice", "bob", "carol"} <= set(read.agents)
    assert {read.agents[name].extension for name in ("alice", "bob", "carol")} == {"2001", "2002", "2003"}
    assert {"sales", "service"} <= set(read.queues)


def test_supervisors_are_held_against_roles_teams_and_phones(site: Path) -> None:
    found = wrong(
        site,
        "agents.yaml",
        """\
agents:
  alice: {extension: "2001", queues: [sales], team: red}
supervisors:
  lin: {extension: "2002", teams: [red, blu]}
  wu: {extension: "2002", role: boss, teams: all}
  he: {extension: "2999"}
  admin: {teams: all}
roles:
  quality: {may: [listen, shout]}
""",
    )
    assert [text.partition(": ")[2].partition(". ")[0] for text in found] == [
        'There is no team of agents "blu"',
        'The phone 2002 is that of supervisor "lin", too',
        'There is no role "boss"',
        'Supervisor "he" watches over nobody',
        'There is no phone "2999"',
        'No supervisor may be called "admin"',
        'The value of "may.1" of role quality cannot be "shout"',
    ]
