"""A site as the process holds it: read, checked, and ready to be turned into what each hall is told.

Deliberately absent: reading and checking (settings.py, crosscheck.py), the dialplan (ivr).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from acd.settings import AGEING, AgentSettings, CentreSettings, QueueSettings, Relaxation, WrapUpRules
from acd.words import AgentName, QueueName
from apps.lookups.sql import look_at
from apps.model_centre import AgentEntry, BreakEntry, QueueEntry
from apps.model_lines import OutboundEntry, PhoneEntry, TrunkEntry
from apps.model_studio import StudioEntry
from apps.model_supervisors import RoleEntry, SupervisorEntry
from apps.model_switch import SwitchFile
from apps.vip import VipEntry
from ivr.words import Known
from switch.route import OutboundRule, Routes
from switch.sdp_crypto import Srtp
from switch.settings import Bind, Phone, SwitchSettings, Trunk
from switch.words import FromPhone, FromTrunk, Origin, Target, ToPhone, ToTrunk


@dataclass(frozen=True, slots=True)
class SitePaths:
    """Where a site keeps things; all absolute."""

    directory: Path
    run: Path
    socket: Path
    """The API's."""
    database: Path
    recordings: Path
    voicemail: Path
    cache: Path
    prompts: Path
    music: Path

    @property
    def dialplan(self) -> Path:
        return self.directory / "dialplan"


@dataclass(frozen=True, slots=True)
class Site:
    """One site, read and checked."""

    paths: SitePaths
    switch: SwitchFile
    trunks: Mapping[str, TrunkEntry] = field(default_factory=dict)
    outbound: tuple[OutboundEntry, ...] = ()
    phones: Mapping[str, PhoneEntry] = field(default_factory=dict)
    agents: Mapping[str, AgentEntry] = field(default_factory=dict)
    queues: Mapping[str, QueueEntry] = field(default_factory=dict)
    vip: tuple[VipEntry, ...] = ()
    """Important callers; the first that fits counts."""
    ageing: float = AGEING
    """Points of priority that a minute of waiting is worth."""
    breaks: Mapping[str, BreakEntry] = field(default_factory=dict)
    """Digit keyed after the break code, and the reason it stands for."""
    studios: Mapping[str, StudioEntry] = field(default_factory=dict)
    supervisors: Mapping[str, SupervisorEntry] = field(default_factory=dict)
    roles: Mapping[str, RoleEntry] = field(default_factory=dict)
    """Beside the built-in ones, or instead of one of these."""

    def break_limit_s(self, reason: str) -> float | None:
        """How long a break for this reason is meant to be; None: no limit."""
        return next((entry.limit_s for entry in self.breaks.values() if entry.reason == reason), None)

    def disposition(self, queue: str, code: str, language: str = "") -> str:
        """The name of a queue's disposition, in the site's first language if in no other; empty for none."""
        entry = self.queues.get(queue)
        names = entry.dispositions.get(code, {}) if entry is not None else {}
        return names.get(language) or names.get(self.switch.language, "")

    @property
    def skills(self) -> frozenset[str]:
        """Every skill that some agent has."""
        return frozenset(skill for agent in self.agents.values() for skill in agent.skills)

    def known(self, prompts: frozenset[str] = frozenset()) -> Known:
        """What a dialplan may name. `prompts` as `ivr.prompts` has them."""
        goto = (answer.then.goto for queue in self.queues.values() for answer in queue.every_answer if answer.then)
        return Known(
            languages=self.switch.languages,
            extensions=frozenset(self.phones),
            queues=frozenset(self.queues),
            studios=frozenset(self.studios),
            trunks=frozenset(self.trunks),
            mailboxes=frozenset(self.phones),
            music=frozenset(self.switch.music),
            agents=frozenset(self.agents),
            skills=self.skills,
            prompts=prompts,
            databases={name: partial(look_at, file) for name, file in self.databases.items()},
            scripts=frozenset(script.partition(".")[0] for script in goto if script),
        )

    def srtp_of(self, party: Origin | Target) -> Srtp:
        """Whether SRTP is spoken with a phone or trunk; the default for one that a reload took away."""
        match party:
            case FromPhone(extension) | ToPhone(extension):
                phone = self.phones.get(extension)
                return phone.srtp if phone else Srtp.ACCEPT
            case FromTrunk(name) | ToTrunk(name):
                trunk = self.trunks.get(name)
                return trunk.srtp if trunk else Srtp.ACCEPT

    @property
    def databases(self) -> dict[str, Path]:
        """SQLite files that scripts may read, absolute."""
        return {name: self.paths.directory / file for name, file in self.switch.databases.items()}

    def music_files(self) -> dict[str, tuple[str, ...]]:
        """Files of each class of music, absolute."""
        return {
            name: tuple(str(self.paths.music / file) for file in files) for name, files in self.switch.music.items()
        }

    def routes(self) -> Routes:
        """Where a dialled number goes: extensions, then the outbound rules."""
        rules = (
            OutboundRule(rule.number, rule.trunks, rule.strip, rule.prepend, rule.caller_id) for rule in self.outbound
        )
        return Routes(self.phones, rules)

    def centre_settings(self) -> CentreSettings:
        """What call distribution is told."""
        queues = tuple(
            QueueSettings(
                name=QueueName(name),
                strategy=queue.strategy,
                counted=queue.calls_counted,
                ring_s=queue.ring_s,
                ring_more_s=queue.ring_more_s,
                ring_most=queue.ring_most,
                skip_s=queue.skip_s,
                wrap_up_s=queue.wrap_up_s,
                max_wait_s=queue.max_wait_s,
                max_callers=queue.max_callers,
                max_talking=queue.max_talking,
                keep_without_agents=queue.keep_without_agents,
                after_call=WrapUpRules(
                    extend_s=queue.wrap_up_extend_s,
                    longest_s=queue.wrap_up_longest_s,
                    codes=tuple(queue.dispositions),
                    required=queue.disposition_required,
                    within_s=queue.disposition_within_s,
                ),
                last_agent=queue.last_agent,
                last_agent_wait_s=queue.last_agent_wait_s,
                weight=queue.weight,
                need=queue.need,
                enter=tuple(entry.door for entry in queue.enter),
                leave=tuple(entry.door for entry in queue.leave),
                handling_s=queue.handling_s,
                relax=tuple(Relaxation(step.after_s, step.need, step.callers_need) for step in queue.relax),
            )
            for name, queue in self.queues.items()
        )
        agents = tuple(
            AgentSettings(
                name=AgentName(name),
                queues=tuple(map(QueueName, agent.queues)),
                wrap_up_s=agent.wrap_up_s,
                skills=agent.skills,
                tiers={QueueName(queue): tier for queue, tier in agent.tiers.items()},
                weight=agent.weight,
                max_calls=agent.max_calls,
            )
            for name, agent in self.agents.items()
        )
        return CentreSettings(queues, agents, self.ageing)

    def switch_settings(self, version: str = "") -> SwitchSettings:
        """What signalling is told. `version` goes into User-Agent."""
        sip = self.switch.sip
        return SwitchSettings(
            bind=tuple(Bind(listen.transport, listen.ip, listen.port) for listen in sip.listen),
            realm=sip.realm,
            phones=tuple(
                Phone(extension, phone.secret, phone.name, phone.max_contacts)
                for extension, phone in self.phones.items()
            ),
            trunks=tuple(
                Trunk(
                    name=name,
                    host=trunk.host,
                    port=trunk.port,
                    transport=trunk.transport,
                    addresses=trunk.addresses,
                    username=trunk.username,
                    password=trunk.password,
                    caller_id=trunk.caller_id,
                    max_calls=trunk.max_calls,
                )
                for name, trunk in self.trunks.items()
            ),
            public_ip=sip.public_ip,
            min_expires_s=int(sip.register_min_s),
            max_expires_s=int(sip.register_max_s),
            nonce_life_s=int(sip.nonce_life_s),
            user_agent=f"Zongji/{version}" if version else "Zongji",
            session_expires_s=int(sip.session_expires_s),
            trace_calls=sip.trace_calls,
            max_legs=sip.max_legs,
        )
