"""The API described to programs: an OpenRPC document made from the types, with the events beside the methods.

Deliberately absent: anything written twice. What is not in the types and the catalogue is not in the document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from apps.api.catalogue import OWN, SIGNATURES, Method
from apps.api.events import EVENTS
from apps.api.hub import Event
from apps.api.protocol import Code, ErrorObject, EventLost, Greeting

_TEMPLATE = "#/components/schemas/{name}"


def openrpc(methods: Mapping[str, Method], version: str) -> dict[str, Any]:
    """OpenRPC 1.2.6, as plain data. Notifications are in `x-notifications`, events in `x-events`."""
    offered = [SIGNATURES[name] for name in SIGNATURES if name in methods or name in OWN]
    told: dict[str, type[Struct]] = {"greeting": Greeting, "event": Event, "events.lost": EventLost}
    kinds = [method.params for method in offered] + [method.result for method in offered]
    kinds += [*EVENTS.values(), *told.values(), ErrorObject]
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_TEMPLATE)
    half = len(offered)
    return {
        "openrpc": "1.2.6",
        "info": {"title": "Zongji", "version": version, "description": "Newline-delimited JSON-RPC 2.0."},
        "methods": [
            {
                "name": method.name,
                "summary": method.summary,
                "paramStructure": "by-name",
                "params": parameters(components[method.params.__name__]),
                "result": {"name": "result", "schema": schemas[half + place]},
            }
            for place, method in enumerate(offered)
        ],
        "x-notifications": {name: {"$ref": _TEMPLATE.format(name=kind.__name__)} for name, kind in told.items()},
        "x-events": {
            name: {"summary": _first_line(kind), "$ref": _TEMPLATE.format(name=kind.__name__)}
            for name, kind in EVENTS.items()
        },
        "x-errors": {code.name.lower(): int(code) for code in Code},
        "components": {"schemas": components},
    }


def parameters(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parameters of a method, from the schema of its record."""
    required = schema.get("required", [])
    return [
        {"name": name, "required": name in required, "schema": of} for name, of in schema.get("properties", {}).items()
    ]


def _first_line(kind: type[Struct]) -> str:
    # Not inspect.getdoc, which would give Struct's own for a record that says nothing.
    return (kind.__dict__.get("__doc__") or "").partition("\n")[0]
