"""What the switch tells Prometheus: names, kinds and labels, one table.

docs/operations.md has the same, and a test compares.

Units in names: seconds, bytes; `_total` only grows while its process lives. Labels are of small sets (LABELS): no
caller, no number, no call.
Deliberately absent: the values (metrics.py).
"""

from __future__ import annotations

from dataclasses import dataclass

LABELS = ("engine", "queue", "trunk", "state", "reason", "status", "version")
PREFIX = "zongji_"


@dataclass(frozen=True, slots=True)
class Name:
    """One metric; `kind` is gauge, counter or histogram. A counter's name ends in `_total`."""

    name: str
    kind: str
    help: str
    labels: tuple[str, ...] = ()


def _gauge(name: str, text: str, *labels: str) -> Name:
    return Name(PREFIX + name, "gauge", text, labels)


def _total(name: str, text: str, *labels: str) -> Name:
    return Name(f"{PREFIX}{name}_total", "counter", text, labels)


def _spread(name: str, text: str, *labels: str) -> Name:
    return Name(PREFIX + name, "histogram", text, labels)


NAMES = (
    _gauge("build_info", "Always 1; the label has the version.", "version"),
    _gauge("start_time_seconds", "When the exchange started, UTC."),
    _gauge("accepting", "1 while new calls are taken, 0 while the switch stops."),
    _gauge("alarms", "Alarms that stand."),
    # Calls.
    _gauge("calls", "Calls that run."),
    _gauge("legs", "SIP dialogs of calls that run."),
    _total("calls_started", "Calls that came in or were begun."),
    _total("calls_ended", "Calls that are over, by cause and class of the SIP status.", "reason", "status"),
    _spread("call_duration_seconds", "How long calls lasted, from beginning to end."),
    # Phones, trunks.
    _gauge("phones", "Extensions of the site."),
    _gauge("phones_registered", "Extensions with a contact."),
    _gauge("registrations", "Contacts that are registered."),
    _gauge("trunk_calls", "Legs on a trunk now.", "trunk"),
    _gauge("trunk_calls_max", "Most legs that it may have; no value when there is no limit.", "trunk"),
    _total("trunk_legs", "Legs that began on a trunk, both directions.", "trunk"),
    _total("trunk_legs_failed", "Those that came to nothing by the trunk's fault.", "trunk"),
    # The call centre.
    _gauge("agents", "Agents by what they do; logged out and on break are states too.", "state"),
    _gauge("queue_waiting", "Callers waiting.", "queue"),
    _gauge("queue_longest_wait_seconds", "How long the one who waits longest has.", "queue"),
    _gauge("queue_agents", "Agents logged in and not on break.", "queue"),
    _gauge("queue_agents_free", "Agents who could take a call now.", "queue"),
    _gauge("queue_open", "1 while it takes callers, by its hours or by force.", "queue"),
    _gauge("queue_handling_seconds", "How long an agent has to do with a call: a moving average.", "queue"),
    _gauge("queue_wait_error_seconds", "How far off the last expected waits were; no value before the first.", "queue"),
    _gauge("queue_wait_bias_seconds", "By how much callers waited longer than expected on joining.", "queue"),
    _total("queue_answered", "Callers who were connected with an agent.", "queue"),
    _total("queue_abandoned", "Callers who hung up while waiting.", "queue"),
    _spread("queue_wait_seconds", "How long callers waited who were answered or hung up.", "queue"),
    _total("alerts", "Attempts to ring an agent, by outcome.", "queue", "reason"),
    # Signalling.
    _total("sip_packets_received", "SIP packets that were looked at."),
    _total("sip_packets_sent", "SIP packets sent."),
    _total("guard_verdicts", "Packets that the guard answered itself or threw away.", "reason"),
    _total("source_verdicts", "What became of untrusted addresses: offences, bans, packets of banned ones.", "reason"),
    _total("register_answers", "REGISTERs answered, by class of the status.", "status"),
    _total("sip_events", "What else signalling counts: INVITEs in, refused and why, wrong proofs, faults.", "reason"),
    # The books and the API.
    _gauge("journal_pending_rows", "Rows that wait to be written."),
    _gauge("journal_failing", "1 while the books cannot be written."),
    _total("journal_rows_written", "Rows written."),
    _total("journal_rows_lost", "Rows that could not be kept."),
    _total("journal_commits", "Commits."),
    _gauge("api_clients", "Connections to the socket API."),
    _total("api_requests_refused", "Requests of the socket API answered by an error."),
    _total("events", "Events told."),
    _total("event_gaps", "How often a client of the socket API was too slow and got a gap."),
    _total("events_missed", "Events in those gaps."),
    # Recordings.
    _total("recordings_ended", "Recordings that are over: whole or failed.", "reason"),
    _total("recording_blocks_lost", "Blocks of about a second missing in recordings that are over."),
    _total("recording_missing_seconds", "What should be in recordings that are over, and is not."),
    # Engines.
    _gauge("engine_up", "1 while the exchange is connected to it.", "engine"),
    _gauge("engine_streams", "Streams that are open.", "engine"),
    _gauge("engine_rooms", "Rooms.", "engine"),
    _gauge("engine_recordings", "Recordings that run.", "engine"),
    _gauge("engine_ports_free", "Pairs of RTP ports that could be given out.", "engine"),
    _gauge("engine_resident_bytes", "Memory of the process.", "engine"),
    _total("engine_cpu_seconds", "CPU time of the process.", "engine"),
    _total("engine_ticks", "Ticks of 20 ms.", "engine"),
    _total("engine_skipped_ticks", "Ticks that were not made up for: their audio is gone.", "engine"),
    _spread("engine_tick_lateness_seconds", "How late ticks began.", "engine"),
    _spread("engine_tick_work_seconds", "How long ticks took.", "engine"),
    _total("rtp_packets_received", "RTP packets that were accepted.", "engine"),
    _total("rtp_packets_sent", "RTP packets sent.", "engine"),
    _total("rtp_dropped", "Packets thrown away, by reason.", "engine", "reason"),
    _total("rtp_lost", "Packets that never came.", "engine"),
    _total("rtp_far_lost", "Packets of ours that far ends' reports miss.", "engine"),
    _total("rtp_late", "Packets that came after their moment.", "engine"),
    _total("rtp_duplicate", "Packets that came twice.", "engine"),
    _total("rtp_refused", "Packets of ours that the kernel did not take, or that came back.", "engine"),
    _total("rtp_resynced", "How often a far end's numbering or time line began anew.", "engine"),
    _total("rtp_concealed_seconds", "Audio made up because none had come.", "engine"),
    _total("rtp_stretched_seconds", "Delay put in because packets came late.", "engine"),
    _total("rtp_shrunk_seconds", "Audio left out to lose delay again.", "engine"),
    _total("tie_packets_received", "Packets from other engines, for rooms that span several.", "engine"),
    _total("tie_packets_sent", "Packets to other engines.", "engine"),
    _total("recording_blocks_dropped", "Blocks of about a second that the disk process did not take.", "engine"),
    _gauge("disk_queue_bytes", "What waits for the disk process.", "engine"),
    _total("engine_lost", "Whatever else an engine could not do or tell, by name.", "engine", "reason"),
)
BY_NAME = {name.name: name for name in NAMES}
ENGINE_LOST = (
    *("events_untold", "clients_dropped", "orders_wrong", "orders_refused", "orders_untold", "answers_late"),
    *("music_failed", "plays_failed", "tap_dropped", "loader_failed", "ring_failed"),
    *("ties_failed", "tie_late", "tie_refused_out", "tie_concealed"),
)
"""Counters of an engine that are reasons of `zongji_engine_lost_total`."""
