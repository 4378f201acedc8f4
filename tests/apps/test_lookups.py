"""Look-ups against a real server, real databases and real code: answers, time limits, kept answers, and no call held up."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiohttp import web

from apps.lookups import code, code_thread, http, sql
from apps.lookups.cache import Cache
from apps.lookups.code import SiteCode
from apps.lookups.code_thread import CodeThread
from apps.lookups.http import Http
from apps.lookups.sql import Sql, look_at
from ivr.lookup import CodeAnswer, HttpAnswer, HttpRequest, SqlAnswer, SqlRequest
from ivr.running import Running
from ivr.script_call import Call
from ivr.words import Parameters
from tests.ivr.fakeport import FakePort
from tests.ivr.stage import script

# ---- HTTP ----------------------------------------------------------------------------------------------------


@pytest.fixture
async def server():
    """A server whose counts and last request a test can see."""
    seen = SimpleNamespace(hits=0, last=None, url="")

    async def answer(request: web.Request) -> web.StreamResponse:
        seen.hits += 1
        seen.last = (request.method, request.raw_path, dict(request.headers), await request.text())
        match request.path:
            case "/slow":
                await asyncio.sleep(5)
            case "/big":
                return web.Response(body=b"x" * (http.MAX_BYTES + 1))
            case "/text":
                return web.Response(text="plain words")
            case "/gone":
                return web.json_response({"a": 1}, status=404)
            case "/away":
                raise web.HTTPFound("/json")
        return web.json_response({"balance": 12.5, "hits": seen.hits})

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    seen.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield seen
    await runner.cleanup()


@pytest.fixture
async def client():
    made = Http()
    yield made
    await made.close()


async def test_a_server_is_asked_and_answers(server, client):
    request = HttpRequest("post", f"{server.url}/json?q=a%2Fb", (("X-Key", "k"),), b'{"a": 1}')
    answer = await client.ask(request)
    assert answer == HttpAnswer("200", {"balance": 12.5, "hits": 1}) and answer.good
    method, path, headers, body = server.last
    assert (method, path, headers["X-Key"], body) == ("POST", "/json?q=a%2Fb", "k", '{"a": 1}')


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/text", HttpAnswer("200", "plain words")),
        ("/gone", HttpAnswer("404", {"a": 1})),
        ("/big", HttpAnswer("too large")),
        ("/slow", HttpAnswer("timed out")),
    ],
)
async def test_what_is_not_an_answer_is_told_as_a_status(server, client, path, answer):
    began = time.monotonic()
    assert await client.ask(HttpRequest("get", server.url + path, timeout_s=0.3)) == answer
    assert time.monotonic() - began < 2


async def test_a_redirection_is_not_followed(server, client):
    assert (await client.ask(HttpRequest("get", f"{server.url}/away"))).status == "302" and server.hits == 1


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://no.such.host.invalid/", "http://[/", "http://a.b:99999/"]
)
async def test_a_server_that_is_not_there_is_unreachable(client, url):
    assert (await client.ask(HttpRequest("get", url, timeout_s=3))).status in ("unreachable", "timed out")


async def test_a_kept_answer_is_not_asked_for_again_and_a_bad_one_is_never_kept(server, client):
    request = HttpRequest("get", f"{server.url}/json", cache_s=60)
    first, *others = await asyncio.gather(*(client.ask(request) for _ in range(20)))
    assert server.hits == 1 and all(other == first for other in others)
    assert await client.ask(request) == first and server.hits == 1
    bad = HttpRequest("get", f"{server.url}/gone", cache_s=60)
    await client.ask(bad)
    await client.ask(bad)
    assert server.hits == 3


async def test_what_callers_key_is_not_in_the_log(server, client, caplog):
    with caplog.at_level(logging.INFO):
        await client.ask(HttpRequest("get", f"{server.url}/gone?pin=1234"))
    assert "404" in caplog.text and "1234" not in caplog.text


async def test_a_cache_is_bounded_and_forgets_in_time():
    cache: Cache[int] = Cache(most=2)
    asked = []

    def ask(value: int, seconds: float = 60):
        async def work() -> int:
            asked.append(value)
            return value

        return cache.through(value, seconds, work, lambda _: True)

    for value in (1, 2, 1, 3, 1, 2):
        assert await ask(value) == value
    assert asked == [1, 2, 3, 2] and len(cache) == 2
    await ask(9, 0.01)
    await asyncio.sleep(0.02)
    await ask(9, 0.01)
    assert asked[-2:] == [9, 9]


async def test_who_asked_first_may_hang_up_and_the_others_have_their_answer():
    cache: Cache[int] = Cache()

    async def work() -> int:
        await asyncio.sleep(0.05)
        return 7

    first = asyncio.ensure_future(cache.through("k", 60, work, lambda _: True))
    await asyncio.sleep(0)
    second = asyncio.ensure_future(cache.through("k", 60, work, lambda _: True))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 7


# ---- databases -----------------------------------------------------------------------------------------------


@pytest.fixture
def crm(tmp_path) -> Path:
    path = tmp_path / "crm #1.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE customers (number TEXT, name TEXT, due REAL, note BLOB)")
        connection.executemany(
            "INSERT INTO customers VALUES (?, ?, ?, ?)",
            [("138", "王", 12.0, None), ("139", "O'Neil; DROP TABLE customers", 1.25, b"\x00")],
        )
    return path


@pytest.fixture
async def books():
    made = Sql()
    yield made
    await made.close()


ASK = "SELECT name, due, note FROM customers WHERE number = :caller"


async def test_a_database_is_asked_with_bound_values(crm, books):
    assert await books.ask(crm, SqlRequest("crm", ASK, (("caller", "138"),))) == SqlAnswer("found", (("王", "12", ""),))
    found = await books.ask(crm, SqlRequest("crm", ASK, (("caller", "139"),)))
    assert found.rows == (("O'Neil; DROP TABLE customers", "1.25", ""),)
    assert await books.ask(crm, SqlRequest("crm", ASK, (("caller", "' OR 1=1 --"),))) == SqlAnswer("none")


async def test_nothing_can_be_written(crm, books):
    for query in ("WITH a AS (SELECT 1) INSERT INTO customers SELECT 1,1,1,1 FROM a", "DELETE FROM customers"):
        assert (await books.ask(crm, SqlRequest("crm", query))).status == "failed"
    assert sqlite3.connect(crm).execute("SELECT count(*) FROM customers").fetchone() == (2,)


async def test_a_long_question_ends_in_time_and_the_next_is_answered(crm, books):
    forever = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    began = time.monotonic()
    assert (await books.ask(crm, SqlRequest("crm", forever, timeout_s=0.2))).status == "timed out"
    assert time.monotonic() - began < 1.5
    assert (await books.ask(crm, SqlRequest("crm", ASK, (("caller", "138"),)))).status == "found"


async def test_a_database_that_is_not_there_or_broken_fails(tmp_path, books):
    (tmp_path / "broken.db").write_bytes(b"no database " * 100)
    for file in (None, tmp_path / "none.db", tmp_path / "broken.db", tmp_path):
        assert (await books.ask(file, SqlRequest("x", "SELECT name FROM customers"))).status == "failed"
    assert not (tmp_path / "none.db").exists()
    await asyncio.sleep(0.05)  # the threads of what could not be opened end


async def test_many_questions_at_once_keep_few_connections(crm, books):
    request = SqlRequest("crm", ASK, (("caller", "138"),))
    answers = await asyncio.gather(*(books.ask(crm, request) for _ in range(50)))
    assert {answer.status for answer in answers} == {"found"} and len(books._idle[crm]) <= sql.MAX_TOGETHER


def test_a_query_is_looked_at_without_being_carried_out(crm, tmp_path):
    assert look_at(crm, ASK + ";") == (3, "")
    assert look_at(crm, "SELECT colour FROM customers") == (None, "no such column: colour")
    assert look_at(crm, "SELECT 1 FROM nowhere")[1] == "no such table: nowhere"
    assert look_at(tmp_path / "none.db", ASK) == (None, "")
    assert look_at(crm, "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n") == (1, "")


# ---- the site's own code ---------------------------------------------------------------------------------------

CODE = """
import asyncio
import time

from ivr.script_call import Call


async def due(call: Call, account: str, month: str = "01") -> str:
    call.set("account", account + month)
    call.remember("asked", "yes")
    await call.say({"en": "One moment.", "zh": "请稍等。"})
    digits = await call.gather("Number?", max_digits=3)
    call.log("keyed\\nthree")
    return f"{call.get('account')} {digits} {call.caller} {call.language} {call.get('caller.asked')}"


async def wrong(call: Call) -> None:
    raise ValueError("no\\nsuch account")


async def secret(call: Call) -> str:
    digits = await call.gather("PIN?", max_digits=4, hidden=True)
    call.set("copy", digits, hidden=True)
    call.log(f"keyed {digits}")
    raise ValueError(f"{digits} and {call.get('pin')} are wrong")


async def slow(call: Call) -> None:
    await asyncio.sleep(30)


async def blocks(call: Call) -> None:
    time.sleep(2)


async def leaves(call: Call) -> None:
    raise SystemExit(3)


async def cancels(call: Call) -> None:
    raise asyncio.CancelledError


async def _private(call: Call) -> None: ...


def plain(call: Call) -> str:
    return "x"
"""


@pytest.fixture
def site(tmp_path) -> Path:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "billing.py").write_text(CODE, "utf-8")
    return tmp_path


@pytest.fixture
def thread():
    made = CodeThread()
    yield made
    made.stop()


def running(port: FakePort) -> Running:
    port.answered = True
    return Running(script("- say: x"), port, "en", {})


async def test_code_talks_to_its_caller_and_returns_a_value(site, thread):
    port = FakePort("123")
    answer = await SiteCode(site, thread).run("billing.due", Call(running(port)), {"account": "7"}, 5)
    assert answer.error == "" and answer.value == "701 123 13800138000 en yes"
    assert port.said == ["en: One moment.", "en: Number?"] and port.memory == {"asked": "yes"}
    assert port.variables["account"] == "701"


@pytest.mark.parametrize(
    ("function", "error"),
    [
        ("billing.wrong", "scripts/billing.py:18: ValueError: no"),
        ("billing.leaves", "SystemExit"),
        ("billing.cancels", "it cancelled itself"),
        ("billing.plain", "there is no async function billing.plain"),
        ("billing.nothing", "there is no async function billing.nothing"),
        ("nowhere.due", "No such file"),
        ("broken.due", "broken.py: scripts/broken.py:1: ZeroDivisionError"),
        ("billing.due", "missing 1 required positional argument"),
    ],
)
async def test_what_code_raises_is_one_line_in_the_log_and_the_answer(site, thread, caplog, function, error):
    (site / "scripts" / "broken.py").write_text("1 / 0\n")
    answer = await SiteCode(site, thread).run(function, Call(running(FakePort())), {}, 5)
    assert error in answer.error and "\n" not in answer.error
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert line.startswith("call=test0000call1: ") and "\n" not in line


async def test_what_is_keyed_hidden_is_in_no_log_and_no_error(site, thread, caplog):
    port = FakePort("4711")
    made = running(port)
    made.set("pin", "0815", hidden=True)
    with caplog.at_level(logging.INFO):
        answer = await SiteCode(site, thread).run("billing.secret", Call(made), {}, 5)
    assert answer.error.endswith("ValueError: **** and **** are wrong") and "keyed ****" in caplog.text
    assert "4711" not in caplog.text + str(port.variables) and "0815" not in caplog.text
    assert port.acts[-2:] == ["hide", "show"]


async def test_files_share_a_helper_and_a_reload_reads_it_anew(site, thread):
    helper = site / "scripts" / "_zongji_helper.py"
    (site / "scripts" / "user.py").write_text(
        "import _zongji_helper\n\nasync def f(call): return _zongji_helper.VALUE\n"
    )
    helper.write_text("VALUE = 1\n")
    old = SiteCode(site, thread)
    assert (await old.run("user.f", Call(running(FakePort())), {}, 5)).value == "1"
    helper.write_text("VALUE = 20\n")
    assert (await SiteCode(site, thread).run("user.f", Call(running(FakePort())), {}, 5)).value == "20"
    assert (await old.run("user.f", Call(running(FakePort())), {}, 5)).value == "1"


async def test_a_site_without_code_has_no_thread_for_it(tmp_path, thread):
    assert await SiteCode(tmp_path, thread).prepare() == [] and thread._loop is None


async def test_files_are_imported_beforehand_and_a_broken_one_is_told(site, thread):
    (site / "scripts" / "broken.py").write_text("import nowhere\n")
    (site / "scripts" / "once.py").write_text(f"open({str(site / 'once')!r}, 'x')\n\nasync def f(call): ...\n")
    made = SiteCode(site, thread)
    (wrong,) = await made.prepare()
    assert wrong == "broken.py: scripts/broken.py:1: ModuleNotFoundError: No module named 'nowhere'"
    assert await made.run("once.f", Call(running(FakePort())), {}, 5) == CodeAnswer("", "")


async def test_code_that_takes_too_long_is_cancelled(site, thread):
    began = time.monotonic()
    answer = await SiteCode(site, thread).run("billing.slow", Call(running(FakePort())), {}, 0.2)
    assert answer.error == "billing.slow took more than 0.2 s" and time.monotonic() - began < 1


async def test_code_that_blocks_holds_up_no_call_and_is_left_behind(site, monkeypatch):
    monkeypatch.setattr(code_thread, "GIVE_WAY_S", 0.2)
    stuck: list[str] = []
    thread = CodeThread(stuck.append)
    made = SiteCode(site, thread)
    late = 0.0

    async def calls() -> None:
        nonlocal late
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            late = max(late, time.monotonic() - before - 0.01)

    beside = asyncio.ensure_future(calls())
    answer = await made.run("billing.blocks", Call(running(FakePort())), {}, 0.1)
    assert answer.error and stuck == ["billing.blocks"] and late < 0.25
    assert (await made.run("billing.due", Call(running(FakePort("1#"))), {"account": "1"}, 5)).value
    beside.cancel()
    thread.stop()


async def test_a_caller_who_hangs_up_ends_the_code(site, thread):
    (site / "scripts" / "ended.py").write_text(
        "import asyncio\nseen = []\n\nasync def waits(call):\n    try:\n        await asyncio.sleep(30)\n"
        "    finally:\n        call.remember('ended', 'yes')\n"
    )
    port = FakePort()
    task = asyncio.ensure_future(SiteCode(site, thread).run("ended.waits", Call(running(port)), {}, 30))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(2):
        while port.memory != {"ended": "yes"}:
            await asyncio.sleep(0.01)


def test_functions_are_found_without_running_the_files(site):
    (site / "scripts" / "broken.py").write_text("async def f(:\n")
    (site / "scripts" / "loud.py").write_text(
        "raise SystemExit('never run')\n\nasync def f(call, a, *, b, c=1, **more): ...\n"
    )
    (site / "scripts" / "none.py").write_text("async def f(): ...\n")
    (site / "scripts" / "bad-name.py").write_text("")
    (site / "scripts" / "_helper.py").write_text("async def g(call): ...\n")
    found, mistakes = code.functions(site)
    assert found["billing.due"] == Parameters(("account",), ("month",))
    assert found["loud.f"] == Parameters(("a", "b"), ("c",), True)
    assert "billing._private" not in found and "billing.plain" not in found and "_helper.g" not in found
    assert [(mistake.file, mistake.line) for mistake in mistakes] == [
        ("scripts/bad-name.py", 1), ("scripts/broken.py", 1), ("scripts/none.py", 1)
    ]  # fmt: skip
    assert code.functions(site / "nowhere") == ({}, [])


def test_a_reserved_name_cannot_be_set():
    async def attempt() -> None:
        call = Call(running(FakePort()))
        for name in ("caller", "Upper", "a b"):
            with pytest.raises(ValueError):
                call.set(name, "x")
        with pytest.raises(ValueError):
            call.remember("A", "x")

    asyncio.run(attempt())
