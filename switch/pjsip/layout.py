"""C declarations for cffi, generated from the struct layouts in abi.json.

The layouts are data: name, offset, size and type of every field, read from debug information. Each struct is
written out with its padding spelled, so that cffi's own layout must come out the same; `disagreements` proves it.
Types that the data does not describe are opaque behind a pointer, and a run of bytes by value.

Pure text; nothing is loaded here.
Deliberately absent: function prototypes (proto_*.py), finding the library (abi.py).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BASICS = {
    "pj_ssize_t": "long",
    "pj_size_t": "unsigned long",
    "pj_uint_t": "unsigned long",
    "pj_int32_t": "int",
    "pj_uint32_t": "unsigned int",
    "pj_uint64_t": "unsigned long",
    "pj_uint16_t": "unsigned short",
    "pj_uint8_t": "unsigned char",
    "pj_status_t": "int",
    "pj_bool_t": "int",
    "pj_timer_id_t": "int",
}
_ALIASES = {
    "pjsip_from_hdr": "pjsip_fromto_hdr",
    "pjsip_to_hdr": "pjsip_fromto_hdr",
    "pjsip_route_hdr": "pjsip_routing_hdr",
    "pjsip_rr_hdr": "pjsip_routing_hdr",
}
_PLAIN = {"struct", "union", "const", "void", "int", "char", "long", "unsigned", "short", *_BASICS}
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Layout:
    """The data of abi.json."""

    version: str
    structs: dict[str, Any]
    enums: dict[str, dict[str, int]]


def read(path: Path) -> Layout:
    """The layouts in the file at `path`."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return Layout(data["pjsip"], data["structs"], data["enums"])


def declarations(layout: Layout) -> str:
    """C text for `ffi.cdef`: basic types, enums, opaque types, then every struct and union."""
    lines = [f"typedef {plain} {name};" for name, plain in _BASICS.items()]
    for name, members in layout.enums.items():
        inside = ", ".join(f"{member} = {value}" for member, value in members.items())
        lines.append(f"typedef enum {name} {{ {inside} }} {name};")
    known = set(layout.structs) | set(layout.enums) | set(_ALIASES)
    opaque = sorted(_opaque(layout, known))
    lines += [f"typedef struct {name} {name};" for name in opaque]
    lines.append("typedef void (*pjsip_transport_callback)(void *, void *, pj_ssize_t);")
    for name, struct in layout.structs.items():
        lines.append(f"typedef {struct['kind']} {name} {name};")
    lines += [f"typedef {real} {alias};" for alias, real in _ALIASES.items()]
    ordered = _by_value_order(layout)
    for name in ordered:
        struct = layout.structs[name]
        body = _body(struct["kind"], struct["fields"], struct["size"], set(layout.structs) | set(layout.enums))
        lines.append(f"{struct['kind']} {name} {{ {body} }};")
    return "\n".join(lines)


def disagreements(layout: Layout, ffi: Any) -> list[str]:
    """Sentences about sizes and offsets where cffi and the data differ; empty when all agree."""
    wrong: list[str] = []
    # One parse for all: cffi parses each type name it is given as a string, 10 ms apiece.
    pointers = " ".join(f"{name} *at_{name};" for name in layout.structs)
    ctypes = {
        name.removeprefix("at_"): field.type.item for name, field in ffi.typeof(f"struct {{ {pointers} }}").fields
    }
    for name, struct in layout.structs.items():
        ctype = ctypes[name]
        size = ffi.sizeof(ctype)
        if size != struct["size"]:
            wrong.append(f"{name} is {size} bytes, not {struct['size']}")
        wrong += _misplaced(name, ctype, struct["fields"])
    return wrong


def _misplaced(where: str, ctype: Any, fields: list[Any]) -> list[str]:
    wrong = []
    found = dict(ctype.fields)
    for field in fields:
        if found[field[0]].offset != field[1]:
            wrong.append(f"{where}.{field[0]} is at {found[field[0]].offset}, not {field[1]}")
        if len(field) > 4 and not field[3].endswith("]"):
            wrong += _misplaced(f"{where}.{field[0]}", found[field[0]].type, field[4])
    return wrong


def _all_fields(fields: list[Any]) -> list[Any]:
    found = []
    for field in fields:
        found.append(field)
        if len(field) > 4:
            found += _all_fields(field[4])
    return found


def _opaque(layout: Layout, known: set[str]) -> set[str]:
    names: set[str] = set()
    for struct in layout.structs.values():
        for field in _all_fields(struct["fields"]):
            if len(field) == 4:
                names |= {word for word in _WORD.findall(field[3]) if word not in known and word not in _PLAIN}
    return names - {"pjsip_transport_callback"}


def _value_type(ctype: str) -> str | None:
    """The type that a field holds by value, or None for pointers and functions."""
    if "*" in ctype:
        return None
    return re.sub(r"\[.*", "", ctype).replace("struct ", "").replace("const ", "").strip()


def _by_value_order(layout: Layout) -> list[str]:
    """Names of structs, each after those that it holds by value."""
    done: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in done or name not in layout.structs:
            return
        for field in _all_fields(layout.structs[name]["fields"]):
            inner = _value_type(field[3])
            if inner is not None and inner != name:
                visit(_ALIASES.get(inner, inner))
        done[name] = None

    for name in layout.structs:
        visit(name)
    return list(done)


def _body(kind: str, fields: list[Any], size: int, known: set[str]) -> str:
    parts = []
    at = 0
    for index, field in enumerate(fields):
        if kind == "struct" and field[1] > at:
            parts.append(f"unsigned char _pad{index}[{field[1] - at}];")
        parts.append(_field(field, known))
        at = field[1] + field[2]
    if kind == "struct" and size > at:
        parts.append(f"unsigned char _pad_end[{size - at}];")
    return " ".join(parts)


def _field(field: list[Any], known: set[str]) -> str:
    name, _, size, ctype = field[:4]
    if len(field) > 4:
        kind = ctype.split()[0]
        array = "".join(re.findall(r"\[\d+\]", ctype))
        count = 1
        for number in re.findall(r"\[(\d+)\]", ctype):
            count *= int(number)
        return f"{kind} {{ {_body(kind, field[4], size // count, known)} }} {name}{array};"
    if "{}" in ctype:
        return f"unsigned char {name}[{size}];"
    if "(*)" in ctype:
        return str(ctype).replace("(*)", f"(*{name})", 1) + ";"
    held = _value_type(ctype)
    if held is not None and held not in known and held not in _ALIASES and not set(_WORD.findall(held)) <= _PLAIN:
        # A pointer to function by typedef, or a struct that the data does not describe.
        return f"void *{name};" if held.endswith("_cb") else f"unsigned char {name}[{size}];"
    base, bracket, array = ctype.partition("[")
    return f"{base.strip()} {name}{bracket}{array};"
