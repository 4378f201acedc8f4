"""What docs/api.md and docs/cli.md say is what the code does."""

from __future__ import annotations

import json
import re

import pytest

from apps.api import protocol as wire
from apps.api.catalogue import SIGNATURES
from apps.api.events import EVENTS
from apps.api.params import Params
from tests.apps import reference

API = (reference.DOCS / "api.md").read_text("utf-8")


@pytest.mark.parametrize("name", reference.PARTS)
def test_the_reference_is_what_the_code_says(name: str) -> None:
    """If this fails after a wanted change: python -m tests.apps.reference"""
    text = (reference.DOCS / name).read_text("utf-8")
    assert text == reference.filled(text, reference.PARTS[name])


def test_every_method_event_and_parameter_has_its_place() -> None:
    """Does not trust the generator: looks for each in the text."""
    for method in SIGNATURES.values():
        _, _, section = API.partition(f"### `{method.name}`\n")
        section = section.partition("\n### ")[0]
        assert issubclass(method.params, Params)
        assert re.findall(r"^- `(\w+)`", section, re.M) == list(method.params.__struct_encode_fields__)
    for event, kind in EVENTS.items():
        section = API.partition(f"### `{event}`\n")[2].partition("\n### ")[0]
        assert re.findall(r"^- `(\w+)`", section, re.M) == list(kind.__struct_fields__)


def test_examples_of_requests_can_be_read() -> None:
    lines = re.findall(r'^(?:> )?(\{"jsonrpc".*\})$', API, re.M)
    requests = [line for line in lines if '"id"' in line and '"method"' in line]
    assert requests
    for line in requests:
        request = wire.read_request(line.encode())
        wire.read_params(request.params, SIGNATURES[request.method].params)
    for line in lines:
        json.loads(line)


def test_every_command_and_exit_code_is_described() -> None:
    text = (reference.DOCS / "cli.md").read_text("utf-8")
    for name, _ in reference._walk(reference.cli.main, "zongji"):
        assert re.search(rf"^##+ {name}$", text, re.M), name
    assert [int(code) for code in re.findall(r"^\| (\d) \|", text, re.M)] == [0, 1, 2, 3, 4, 5]
