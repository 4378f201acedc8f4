"""Every decision can be told in sentences, and the figures add up."""

from __future__ import annotations

from acd import events as ev
from acd.effects import BookAlert, StartAlert
from acd.settings import CentreSettings, Relaxation
from acd.words import AgentName, AlertOutcome, CallerId, QueueName
from tests.acd.floor_of import House, Least, agent, queue

SITE = CentreSettings(
    (queue("sales"), queue("service")),
    (
        *(agent(name, "sales") for name in ("alice", "bob", "carol", "dave", "erin", "frank")),
        agent("grace", "sales", "service"),
    ),
)


def busy_house() -> House:
    house = House(SITE)
    for number, name in enumerate(("alice", "bob", "carol", "dave", "erin", "grace")):
        house.log_in(name, f"200{number + 1}", reachable=name != "erin")
    house.step(ev.BreakStarted(AgentName("carol"), "lunch"))
    house.step(ev.PhoneBusy("2004", busy=True))
    house.join("c1")
    house.answer("c1")  # alice talks
    house.join("c2")
    house.answer("c2")  # bob wraps up
    house.hang_up("c2")
    house.join("s1", "service")
    house.join("s2", "service", priority=9)
    house.join("c3")
    house.now += 4
    return house


def test_a_waiting_caller_is_told_who_is_ahead_and_why_each_agent_is_not_theirs() -> None:
    house = busy_house()
    house.join("c4")
    told = house.centre.explain(CallerId("c4"), house.now)
    assert told.position == 2 and told.ahead == ("c3",)
    assert told.ahead_elsewhere == ((QueueName("service"), 1),)
    assert {over.agent: over.why for over in told.agents} == {
        "alice": "talks with c1 (queue sales) for 4 s",
        "bob": "wraps up for 6 s more",
        "carol": "is on break (lunch) for 4 s",
        "dave": "is on another call for 4 s",
        "erin": "sits at phone 2005, which is not registered",
        "frank": "is logged out",
        "grace": "is reserved for s1 (queue service) for 4 s",
    }
    assert told.sentences[0].startswith("Caller c4 is number 2 of 2 in queue sales, priority 0")
    assert "Ahead in this queue: c3." in told.sentences
    assert "1 waiting in queue service, which shares agents, come first." in told.sentences


def test_a_decline_is_explained_with_the_time_that_is_left() -> None:
    house = House(SITE)
    house.log_in("alice", "2001")
    house.join("c1", last_agent=AgentName("mallory"))
    house.rang("c1")
    house.step(ev.AlertFailed(house.alert_of("c1"), AlertOutcome.DECLINED))
    house.now += 10
    told = house.centre.explain(CallerId("c1"), house.now)
    assert told.agents[0].why == "was rung for this caller (declined) and is passed over for 20 s more"
    assert "Agent mallory, who served this caller last, is not in queue sales." in told.sentences


def test_a_resting_phone_is_explained() -> None:
    house = House(SITE)
    house.log_in("alice", "2001")
    house.join("c1")
    house.step(ev.AlertFailed(house.alert_of("c1"), AlertOutcome.BUSY))
    told = house.centre.explain_agent(AgentName("alice"), house.now)
    assert told.summary == "Agent alice sits at phone 2001, which refused a call and rests for 5 s."


def test_an_alerting_caller_is_told_whom_and_why() -> None:
    house = House(SITE)
    house.log_in("alice", "2001")
    house.join("c1", last_agent=AgentName("alice"))
    told = house.centre.explain(CallerId("c1"), house.now)
    assert "Agent alice is being rung for this caller: served this caller last." in told.sentences
    assert told.agents[0].why == "is being rung for this caller"
    assert sum("is being rung" in sentence for sentence in told.sentences) == 1


def test_who_is_in_no_queue_is_explained_too() -> None:
    house = House(SITE)
    house.log_in("alice", "2001")
    house.join("c1")
    house.answer("c1")
    talking = house.centre.explain(CallerId("c1"), house.now)
    assert talking.position == 0 and talking.sentences[0].startswith("Caller c1 talks with agent alice:")
    assert house.centre.explain(CallerId("x"), house.now).sentences == ("Caller x is in no queue.",)


def test_every_agent_is_explained() -> None:
    house = busy_house()
    for name in ("alice", "bob", "carol", "dave", "erin", "frank", "grace"):
        assert house.centre.explain_agent(AgentName(name), house.now).summary.startswith(f"Agent {name} ")
    house.log_in("frank", "2009")
    assert house.centre.explain_agent(AgentName("frank"), house.now).summary.startswith(
        "Agent frank is reserved for c3"
    )
    assert house.centre.explain_agent(AgentName("x"), house.now).summary == "There is no agent x."


def test_the_snapshot_adds_up() -> None:
    house = busy_house()
    shot = house.centre.snapshot(house.now)
    sales, service = shot.queues
    assert (sales.waiting, sales.alerting, sales.talking, sales.logged_in, sales.on_break, sales.free) == (
        1,
        0,
        1,
        6,
        1,
        0,
    )
    assert (service.waiting, service.alerting) == (2, 1)
    assert sales.longest_s == 4
    line = house.centre.callers(QueueName("service"), house.now)
    assert [(view.caller, view.position, view.agents) for view in line] == [("s2", 1, ()), ("s1", 2, ("grace",))]
    assert house.centre.callers(QueueName("nowhere"), house.now) == ()


ZH = Least("zh", 5)
SKILLED = CentreSettings(
    (queue("sales", need=ZH, relax=(Relaxation(30.0, Least("zh", 2)),), max_talking=2), queue("service")),
    (
        agent("alice", "sales", skills={"zh": 8}, max_calls=1),
        agent("bob", "sales", "service", skills={"zh": 3, "en": 9}),
        agent("carol", "service"),
    ),
)


def test_who_has_not_the_skill_is_told_with_when_less_will_do() -> None:
    house = House(SKILLED, log_in="bob")
    house.join("c1")
    house.now += 10
    told = house.centre.explain(CallerId("c1"), house.now)
    assert told.agents[1].why == 'is not what is needed ("zh >= 5"): en 9, zh 3'
    assert told.agents[1].change == "The caller waits 20 s more."
    assert 'Asked of an agent: "zh >= 5".' in told.sentences
    assert 'In 20 s the queue asks for "zh >= 2" instead.' in told.sentences
    house.wait(20)
    assert house.one(StartAlert).agent == "bob"


def test_what_a_caller_brought_is_asked_too_and_who_never_has_it_is_told_so() -> None:
    house = House(SKILLED, log_in="bob")
    house.join("c1", need=Least("vip", 1))
    told = house.centre.explain(CallerId("c1"), house.now)
    assert told.agents[1].why == 'is not what is needed ("zh >= 5 and vip >= 1"): en 9, zh 3'
    assert told.agents[1].change == "The agent is given the skill, or the queue asks for less."


def test_a_full_queue_and_a_full_agent_are_explained() -> None:
    house = House(SKILLED, log_in="alice")
    house.serve("c1")
    assert house.centre.explain_agent(AgentName("alice"), house.now).summary == (
        "Agent alice has taken the 1 calls of a day."
    )
    limited = CentreSettings((queue("sales", max_talking=1),), (agent("alice", "sales"), agent("bob", "sales")))
    house = House(limited, log_in="alice bob")
    house.join("c1")
    house.join("c2")
    told = house.centre.explain(CallerId("c2"), house.now)
    assert told.agents[1].why == "is free, but queue sales has its 1 calls (max_talking)"
    assert "Queue sales has as many calls as it may at once (1)." in told.sentences


def test_an_agent_is_told_their_places_and_whom_they_are_not_given() -> None:
    house = House(SKILLED, log_in="bob carol")
    house.join("c1")
    told = house.centre.explain_agent(AgentName("bob"), house.now)
    assert told.summary == "Agent bob is free for 1 s; nobody waits whom this agent could be given."
    assert [(each.queue, each.place, each.free, each.waiting) for each in told.queues] == [
        ("sales", 1, 1, 1),
        ("service", 1, 2, 0),
    ]
    assert [(each.caller, each.position, each.change) for each in told.callers] == [
        ("c1", 1, "The caller waits 30 s more.")
    ]


def test_a_caller_who_waits_for_one_agent_alone_is_explained() -> None:
    house = House(SKILLED, log_in="bob carol")
    house.join("c0", "service", named=AgentName("bob"))
    house.join("c1", "service", named=AgentName("bob"), named_wait_s=20.0)
    told = house.centre.explain(CallerId("c1"), house.now)
    assert {over.agent: over.why for over in told.agents}["carol"] == "must wait: this caller waits for bob alone"
    assert "The caller waits for bob alone, for a while." in told.sentences


def test_a_decision_keeps_who_was_passed_over_and_who_was_ahead() -> None:
    house = House(SKILLED, log_in="bob carol")
    house.step(ev.BreakStarted(AgentName("carol"), "lunch"))
    house.join("c1", need=Least("vip", 1))
    house.join("c2", "service", last_agent=AgentName("alice"))
    start = house.one(StartAlert)
    assert start.agent == "bob"
    assert [(over.agent, over.why) for over in start.decision.passed] == [
        ("alice", "does not serve queue service"),
        ("carol", "is on break (lunch) for 0 s"),
    ]
    house.step(ev.AlertFailed(start.alert, AlertOutcome.DECLINED))
    assert house.one(BookAlert).decision == start.decision
    house = House(SKILLED, log_in="bob")
    house.join("c1", need=Least("vip", 1))
    house.join("c2", priority=-1)
    house.wait(30)
    start = house.one(StartAlert)
    assert (start.caller, start.decision.ahead[0].caller) == ("c2", "c1")
    assert start.decision.ahead[0].why.startswith("is not what is needed")
