"""`rpc.discover` describes the whole API, and truly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from apps.api.catalogue import SIGNATURES, bind
from apps.api.discover import openrpc
from apps.api.events import EVENTS
from tests.apps.board import Board


@pytest.fixture
async def document(tmp_path: Path) -> dict[str, Any]:
    board = Board(tmp_path / "s")
    made: dict[str, Any] = json.loads(msgspec.json.encode(openrpc(board.server.methods, "0.1.0")))
    return made


async def test_every_method_with_its_parameters_is_there(document: dict[str, Any]) -> None:
    assert document["openrpc"] == "1.2.6"
    assert [method["name"] for method in document["methods"]] == list(SIGNATURES)
    for method in document["methods"]:
        names = tuple(parameter["name"] for parameter in method["params"])
        assert names == SIGNATURES[method["name"]].params.__struct_encode_fields__
        assert method["summary"]
    dial = next(method for method in document["methods"] if method["name"] == "dial")
    assert [(each["name"], each["required"]) for each in dial["params"]] == [
        ("from", True),
        ("to", True),
        ("timeout_s", False),
    ]


async def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if "$ref" in value:
                assert value["$ref"].removeprefix("#/components/schemas/") in document["components"]["schemas"]
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk(document)


async def test_every_event_is_there(document: dict[str, Any]) -> None:
    assert list(document["x-events"]) == list(EVENTS)
    assert set(document["x-notifications"]) == {"greeting", "event", "events.lost"}
    assert document["x-errors"]["not_found"] == -32001
    assert "A base class for defining" not in json.dumps(document)  # a record without a docstring would say that


async def test_only_what_is_offered_is_described() -> None:
    document = openrpc({}, "1")
    assert {method["name"] for method in document["methods"]} == {
        "events.subscribe",
        "events.unsubscribe",
        "rpc.discover",
    }


def test_a_method_without_function_or_a_function_without_method_is_found_at_once() -> None:
    async def nothing(params: Any) -> None: ...

    with pytest.raises(LookupError, match=r"status\.get"):
        bind({})
    functions = {name: nothing for name in SIGNATURES if not name.startswith(("events.", "rpc."))}
    assert set(bind(functions)) == set(functions)
    with pytest.raises(LookupError, match="extra"):
        bind({**functions, "extra": nothing})
