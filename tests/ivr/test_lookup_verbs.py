"""http, sql and run: what is asked, what becomes of the answers, and what is a mistake before any call."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ivr import lookup
from ivr.lookup import CodeAnswer, HttpAnswer, SqlAnswer
from ivr.run import run
from ivr.words import Parameters
from tests.ivr.fakeport import FakePort
from tests.ivr.stage import ENGLISH, script, wrong

KNOWN = replace(
    ENGLISH,
    databases={"crm": lambda query: (2, "") if "nowhere" not in query else (None, "no such table: nowhere")},
    functions={"billing.due": Parameters(("account",), ("month",))},
)
URL = "http://crm.example/accounts/%2F..%3Fx%3D1/13800138000"


async def test_http_quotes_variables_sends_json_and_takes_what_it_is_told_to():
    made = script(
        """
        - set: {name: '/..?x=1', n: "3"}
        - http:
            url: http://crm.example/accounts/{name}/{caller}
            method: post
            headers: {X-Who: "{name}"}
            json: {who: "{caller}", count: {value: "n + 1"}, list: ["{n}", {deep: {value: "n > 2"}}]}
            into: {balance: account.balance, first: items.0, whole: account, gone: a.b.c}
            failed: hangup
        - say: "{balance} {first} [{gone}] {whole} {http_status}"
        """,
        KNOWN,
    )
    body = {"account": {"balance": 12.5}, "items": ["a", "b"]}
    port = FakePort(answers={URL: HttpAnswer("201", body)})
    await run(made, "main", port)
    assert port.said == ['en: 12.5 a [] {"balance": 12.5} 201']
    (request,) = port.requests
    assert request.method == "post" and dict(request.headers)["X-Who"] == "/..?x=1"
    assert json.loads(request.body) == {"who": "13800138000", "count": 4, "list": ["3", {"deep": True}]}
    assert (request.timeout_s, request.cache_s) == (5.0, 0.0)


async def test_a_variable_brings_no_header_of_its_own():
    made = script(
        """
        - gather: {say: Who?, into: who, finish_on_key: "", num_digits: 1, no_input: hangup, no_match: hangup}
        - http: {url: "http://a.example/", headers: {X: "{caller_name}"}, failed: hangup}
        """,
        KNOWN,
    )
    port = FakePort("1")
    port.caller_name = "a\r\nEvil: yes\x00"
    await run(made, "main", port)
    assert dict(port.requests[0].headers) == {"X": "aEvil: yes"}


@pytest.mark.parametrize("status", ["timed out", "unreachable", "404", "302", "500"])
async def test_anything_but_a_good_answer_takes_the_failed_branch(status):
    made = script('- http: {url: "http://a.example/", into: {x: y}, failed: [{say: "Sorry {http_status}"}]}', KNOWN)
    port = FakePort(answers={"http://a.example/": HttpAnswer(status, {"y": 1})})
    await run(made, "main", port)
    assert port.said == [f"en: Sorry {status}"] and "x" not in port.variables


async def test_sql_binds_variables_and_takes_the_columns_of_the_first_row():
    made = script(
        """
        - sql:
            source: crm
            query: "SELECT name, due FROM customers WHERE number = :caller AND note <> ':caller' -- :none"
            into: [name, due]
            none: [{say: "Nobody [{name}]"}, hangup]
            failed: [{say: Broken}]
        - say: "{name} {due} {sql_rows}"
        """,
        KNOWN,
    )
    for answer, said in (
        (SqlAnswer("found", (("Wang", "12.5"), ("Li", "1"))), "en: Wang 12.5 2"),
        (SqlAnswer("none"), "en: Nobody []"),
        (SqlAnswer("timed out"), "en: Broken"),
    ):
        port = FakePort(answers={"crm": answer})
        await run(made, "main", port)
        assert port.said[0] == said
        assert port.requests[0].values == (("caller", "13800138000"),)


async def test_run_gives_values_and_takes_the_result_or_the_failed_branch():
    made = script(
        """
        - run: {function: billing.due, values: {account: "{caller}"}, into: due, failed: [{say: "{run_error}"}, hangup]}
        - say: "{due:money}"
        """,
        KNOWN,
    )
    port = FakePort(answers={"billing.due": CodeAnswer(value="2")})
    await run(made, "main", port)
    assert port.said == ["en: two yuan"] and "run billing.due {'account': '13800138000'}" in port.acts
    port = FakePort(answers={"billing.due": CodeAnswer("scripts/billing.py:3: ValueError: x")})
    await run(made, "main", port)
    assert port.said == ["en: scripts/billing.py:3: ValueError: x"]


@pytest.mark.parametrize(
    ("step", "mistake"),
    [
        ('http: {url: "{caller}.example", failed: hangup}', "must begin with http:// or https:// and a host"),
        ('http: {url: "http://{caller}/", failed: hangup}', "must begin with http:// or https:// and a host"),
        ('http: {url: "http://a.example{caller}", failed: hangup}', "must begin with http:// or https:// and a host"),
        ('http: {url: "ftp://a.example/", failed: hangup}', "must begin with http:// or https:// and a host"),
        ('http: {url: "http://a.example/"}', "\"http\" needs 'failed'"),
        ('http: {url: "http://a.example/", headers: {"a b": c}, failed: hangup}', "cannot be a header's name"),
        (
            'http: {url: "http://a.example/", json: {a: "{nobody}"}, failed: hangup}',
            "Nothing sets the variable {nobody}",
        ),
        ('http: {url: "http://a.example/", json: {a: {value: "1 +"}}, failed: hangup}', "it ends too early"),
        ('http: {url: "http://a.example/", into: {x: "a..b"}, failed: hangup}', "'a..b' is no place in an answer"),
        ('http: {url: "http://a.example/", into: {caller: a}, failed: hangup}', "{caller} is set by the switch"),
        ('sql: {source: crn, query: "SELECT 1", failed: hangup}', "There is no database 'crn'. Did you mean \"crm\"?"),
        ('sql: {source: crm, query: "DELETE FROM a", failed: hangup}', "must be one SELECT"),
        ('sql: {source: crm, query: "SELECT 1; DROP TABLE a", failed: hangup}', "must be one SELECT"),
        ("sql: {source: crm, query: \"SELECT a FROM b WHERE c = '{caller}'\", failed: hangup}", ""),
        ('sql: {source: crm, query: "SELECT a FROM b WHERE c = {caller}", failed: hangup}', "variables are bound"),
        (
            'sql: {source: crm, query: "SELECT a WHERE b = :nobody", failed: hangup}',
            "Nothing sets the variable {nobody}",
        ),
        ('sql: {source: crm, query: "SELECT a FROM nowhere", failed: hangup}', "says: no such table: nowhere"),
        (
            'sql: {source: crm, query: "SELECT a, b", into: [x, y, z], failed: hangup}',
            "3 variables, and the query gives 2",
        ),
        (
            "run: {function: billing.do, failed: hangup}",
            "There is no function 'billing.do'. Did you mean \"billing.due\"?",
        ),
        ("run: {function: billing.due, failed: hangup}", "billing.due needs 'account'"),
        (
            "run: {function: billing.due, values: {acount: a}, failed: hangup}",
            "has no parameter 'acount'. Did you mean",
        ),
    ],
)
def test_mistakes_in_look_ups_are_told_with_their_line(step, mistake):
    found = wrong(f"routes: [{{do: main}}]\nscripts:\n  main:\n    - say: Hi\n    - {step}\n", KNOWN)
    if mistake:
        assert any(line.startswith("5: ") and mistake in line for line in found), found
    else:
        assert not found  # a brace inside SQL's own quotes is SQL's


def test_a_place_in_an_answer_is_found_or_empty():
    answer = HttpAnswer("200", {"a": [{"b": True}, None, 3], "c": "x" * 5000, "d": {"e": 1.0}})
    assert answer.at("a.0.b") == "true" and answer.at("a.2") == "3" and answer.at("d.e") == "1"
    assert all(answer.at(path) == "" for path in ("a.1", "a.9", "a.x", "c.d", "z", "a.-1", "a.0.b.c", "a.9999999999"))
    assert len(answer.at("c")) == lookup.MAX_RESULT and HttpAnswer("200", "text").at("") == "text"
