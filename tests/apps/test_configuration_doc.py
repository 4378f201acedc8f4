"""docs/configuration.md has every key of the code and no other, with the defaults that the code has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
import yaml
from pydantic import BaseModel

from acd.settings import Strategy
from apps.fields import Entry
from apps.model_centre import AgentEntry, BreakEntry, QueueEntry
from apps.model_doors import Then
from apps.model_lines import OutboundEntry, PhoneEntry, TrunkEntry
from apps.model_studio import StudioEntry
from apps.model_supervisors import RoleEntry, SupervisorEntry
from apps.model_switch import SwitchFile
from apps.settings import FILES
from apps.vip import VipEntry

DOC = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"
MODELS: dict[str, dict[str, type[Entry]]] = {
    "switch.yaml": {"": SwitchFile},
    "trunks.yaml": {"trunks.<name>.": TrunkEntry, "outbound[].": OutboundEntry},
    "phones.yaml": {"phones.<extension>.": PhoneEntry},
    "agents.yaml": {
        "agents.<name>.": AgentEntry,
        "breaks.<digit>.": BreakEntry,
        "supervisors.<name>.": SupervisorEntry,
        "roles.<name>.": RoleEntry,
    },
    "queues.yaml": {"queues.<name>.": QueueEntry, "vip[].": VipEntry, "studios.<name>.": StudioEntry},
}
SEEN_APART: set[str] = set()


def rows(text: str) -> dict[str, tuple[str, ...]]:
    """The first table's cells, by key."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" |")]
        if line.startswith("| `"):
            found[cells[0].strip("` ")] = tuple(cells[1:])
    return found


def sections() -> dict[str, str]:
    parts = re.split(r"^## (\S+)\n", DOC.read_text("utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def keys(model: type[BaseModel], prefix: str) -> dict[str, tuple[type[BaseModel], str]]:
    """Dotted key -> (model, field name), through nested sections but not into `then`."""
    found: dict[str, tuple[type[BaseModel], str]] = {}
    for name, field in model.model_fields.items():
        key = prefix + (field.alias or name)
        inner = [a for a in (field.annotation, *get_args(field.annotation)) if _is_model(a) and a is not Then]
        if inner:
            of_many = get_origin(field.annotation) is tuple
            found |= keys(inner[0], key + ("[]." if of_many else "."))
        else:
            found[key] = (model, name)
    return found


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def test_every_file_has_its_section() -> None:
    assert set(sections()) == set(FILES) == set(MODELS)


@pytest.mark.parametrize("file", MODELS)
def test_keys_in_code_and_doc_are_the_same(file: str) -> None:
    code = {key for prefix, model in MODELS[file].items() for key in keys(model, prefix)}
    doc = set(rows(sections()[file].split("A `then` says")[0])) - SEEN_APART
    assert doc == code


def test_the_ways_out_of_a_queue_are_all_in_the_doc() -> None:
    assert set(rows(sections()["queues.yaml"].split("A `then` says")[1].split("###")[0])) == set(Then.model_fields)


def test_the_strategies_are_all_in_the_doc() -> None:
    told = rows(sections()["queues.yaml"].split("### How calls are given out")[1])
    assert list(told) == [strategy.value for strategy in Strategy]


@pytest.mark.parametrize("file", MODELS)
def test_defaults_in_code_and_doc_are_the_same(file: str) -> None:
    table = rows(sections()[file].split("A `then` says")[0])
    for prefix, model in MODELS[file].items():
        for key, (owner, name) in keys(model, prefix).items():
            told = table[key][0]
            field = owner.model_fields[name]
            if field.is_required():
                assert told == "required", key
                continue
            default = field.get_default(call_default_factory=True)
            if told == "none":
                assert default is None, key
                continue
            given = yaml.load(told.strip("`"), Loader=yaml.BaseLoader)
            required = {f.alias or n: "1" for n, f in owner.model_fields.items() if f.is_required()}
            read = owner.model_validate({**required, field.alias or name: given})
            assert getattr(read, name) == default, key
