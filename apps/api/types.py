"""What the socket API gives back: calls, people, phones, queues, records. The final form, which only grows.

Instants are RFC 3339 text in UTC; durations are whole milliseconds (`..._ms`) or seconds (`..._s`). An empty
string means "none", null means "not yet". Fields may be added; none is renamed or removed within one `api` number.
Words are the code's own: a cause is a `switch.words.Cause` name in lower case.

Deliberately absent: what is asked (params.py), methods (catalogue.py), how any of it is found out.
"""

from __future__ import annotations

from apps.api.book_types import (
    CallerMemoryInfo as CallerMemoryInfo,
)
from apps.api.book_types import (
    CdrRow as CdrRow,
)
from apps.api.book_types import (
    Cdrs as Cdrs,
)
from apps.api.book_types import (
    MarkInfo as MarkInfo,
)
from apps.api.book_types import (
    RecordingControl as RecordingControl,
)
from apps.api.book_types import (
    RecordingInfo as RecordingInfo,
)
from apps.api.book_types import (
    Recordings as Recordings,
)
from apps.api.book_types import (
    RememberedInfo as RememberedInfo,
)
from apps.api.call_types import (
    CallDetail as CallDetail,
)
from apps.api.call_types import (
    CallInfo as CallInfo,
)
from apps.api.call_types import (
    Calls as Calls,
)
from apps.api.call_types import (
    DialInfo as DialInfo,
)
from apps.api.call_types import (
    HangupInfo as HangupInfo,
)
from apps.api.call_types import (
    LegInfo as LegInfo,
)
from apps.api.call_types import (
    SegmentInfo as SegmentInfo,
)
from apps.api.call_types import (
    SpeakerInfo as SpeakerInfo,
)
from apps.api.call_types import (
    SpeechInfo as SpeechInfo,
)
from apps.api.call_types import (
    StreamInfo as StreamInfo,
)
from apps.api.call_types import (
    TapInfo as TapInfo,
)
from apps.api.call_types import (
    TraceInfo as TraceInfo,
)
from apps.api.call_types import (
    TraceMessage as TraceMessage,
)
from apps.api.explain_types import (
    AgentExplanation as AgentExplanation,
)
from apps.api.explain_types import (
    AgentInQueue as AgentInQueue,
)
from apps.api.explain_types import (
    AgentVerdict as AgentVerdict,
)
from apps.api.explain_types import (
    CallerAhead as CallerAhead,
)
from apps.api.explain_types import (
    CallerPassed as CallerPassed,
)
from apps.api.explain_types import (
    CallerVerdict as CallerVerdict,
)
from apps.api.explain_types import (
    DecisionInfo as DecisionInfo,
)
from apps.api.explain_types import (
    ExitInfo as ExitInfo,
)
from apps.api.explain_types import (
    Explanation as Explanation,
)
from apps.api.explain_types import (
    PassedOver as PassedOver,
)
from apps.api.instants import At as At
from apps.api.instants import utc as utc
from apps.api.instants import utc_ms as utc_ms
from apps.api.mailbox_types import (
    MailboxDetail as MailboxDetail,
)
from apps.api.mailbox_types import (
    Mailboxes as Mailboxes,
)
from apps.api.mailbox_types import (
    MailboxInfo as MailboxInfo,
)
from apps.api.mailbox_types import (
    MessageInfo as MessageInfo,
)
from apps.api.people_types import (
    AgentInfo as AgentInfo,
)
from apps.api.people_types import (
    Agents as Agents,
)
from apps.api.people_types import (
    ContactInfo as ContactInfo,
)
from apps.api.people_types import (
    PhoneInfo as PhoneInfo,
)
from apps.api.people_types import (
    Phones as Phones,
)
from apps.api.people_types import (
    QueueDetail as QueueDetail,
)
from apps.api.people_types import (
    QueueInfo as QueueInfo,
)
from apps.api.people_types import (
    Queues as Queues,
)
from apps.api.people_types import (
    TrunkInfo as TrunkInfo,
)
from apps.api.people_types import (
    Trunks as Trunks,
)
from apps.api.people_types import (
    WaitingCaller as WaitingCaller,
)
from apps.api.report_types import (
    AgentReport as AgentReport,
)
from apps.api.report_types import (
    AgentReports as AgentReports,
)
from apps.api.report_types import (
    BreakReport as BreakReport,
)
from apps.api.report_types import (
    BreakReports as BreakReports,
)
from apps.api.report_types import (
    DispositionReport as DispositionReport,
)
from apps.api.report_types import (
    DispositionReports as DispositionReports,
)
from apps.api.report_types import (
    IntervalReport as IntervalReport,
)
from apps.api.report_types import (
    IntervalReports as IntervalReports,
)
from apps.api.report_types import (
    QueueReport as QueueReport,
)
from apps.api.report_types import (
    QueueReports as QueueReports,
)
from apps.api.report_types import (
    Service as Service,
)
from apps.api.room_types import (
    ConferenceInfo as ConferenceInfo,
)
from apps.api.room_types import (
    ConferenceMember as ConferenceMember,
)
from apps.api.room_types import (
    Conferences as Conferences,
)
from apps.api.survey_types import (
    FormAnswer as FormAnswer,
)
from apps.api.survey_types import (
    FormRecord as FormRecord,
)
from apps.api.survey_types import (
    Forms as Forms,
)
from apps.api.survey_types import (
    PollInfo as PollInfo,
)
from apps.api.survey_types import (
    PollList as PollList,
)
from apps.api.survey_types import (
    SurveyReport as SurveyReport,
)
from apps.api.survey_types import (
    SurveyRow as SurveyRow,
)
from apps.api.switch_types import (
    AlarmInfo as AlarmInfo,
)
from apps.api.switch_types import (
    ConfigReport as ConfigReport,
)
from apps.api.switch_types import (
    EngineInfo as EngineInfo,
)
from apps.api.switch_types import (
    Engines as Engines,
)
from apps.api.switch_types import (
    LateTicks as LateTicks,
)
from apps.api.switch_types import (
    MetricsText as MetricsText,
)
from apps.api.switch_types import (
    MistakeInfo as MistakeInfo,
)
from apps.api.switch_types import (
    Snapshot as Snapshot,
)
from apps.api.switch_types import (
    StatusInfo as StatusInfo,
)
from apps.api.switch_types import (
    StopInfo as StopInfo,
)
