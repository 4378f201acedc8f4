"""JSON-RPC 2.0 as spoken on the socket: one object (or batch) a line, UTF-8, at most `MAX_LINE` bytes.

The server greets first with a notification. What a client sends is bad input until proven otherwise: every
reading here ends in a value or an `ApiError`, whatever the bytes.

Deliberately absent: sockets (server.py, connection.py, client.py), methods (catalogue.py).
"""

from __future__ import annotations

import json
from enum import IntEnum
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

API = 1
"""Raised when something is renamed or removed."""
MAX_LINE = 4 << 20
MAX_BATCH = 100

Id = str | int | float | None
ABSENT = Raw()
"""A member that the message does not have."""


class Code(IntEnum):
    """Error codes: the standard's own, and ours from -32000 down."""

    PARSE = -32700
    INVALID_REQUEST = -32600
    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    INTERNAL = -32603
    NOT_FOUND = -32001
    """No such call, agent, queue, recording."""
    REFUSED = -32002
    """It exists, but not in a state that allows this."""
    CONFIG_INVALID = -32003
    UNAVAILABLE = -32004
    """A part of the switch is down or stopping."""
    TIMED_OUT = -32005


class ErrorData(Struct, frozen=True, omit_defaults=True):
    """For people and programs: what is wrong, where (a parameter, a file), how to mend it."""

    what: str = ""
    where: str = ""
    hint: str = ""


class ErrorObject(Struct, frozen=True):
    """Why a request was not done."""

    code: int
    message: str
    data: ErrorData | None = None


class ApiError(Exception):
    """A method's refusal; goes to the client as the error object. `message` is one sentence without a full stop."""

    def __init__(self, code: Code, message: str, *, what: str = "", where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = ErrorData(what, where, hint)

    def as_object(self) -> ErrorObject:
        """The error object of JSON-RPC."""
        return ErrorObject(int(self.code), self.message, None if self.data == ErrorData() else self.data)


def not_found(what: str, name: str, hint: str = "") -> ApiError:
    """There is no such thing: `not_found("call", call_id)`."""
    return ApiError(Code.NOT_FOUND, f"There is no {what} {plain(name)}", what=what, where=plain(name), hint=hint)


class Request(Struct, frozen=True):
    """A request, or a notification when `id` is unset."""

    method: str
    jsonrpc: str = ""
    params: Raw = ABSENT
    id: Id | UnsetType = UNSET


class Response(Struct, frozen=True):
    """The answer to a request."""

    id: Id
    result: Any
    jsonrpc: str = "2.0"


class ErrorResponse(Struct, frozen=True):
    """The refusal of a request; `id` is null when none could be read."""

    id: Id
    error: ErrorObject
    jsonrpc: str = "2.0"


class Notification(Struct, frozen=True):
    """What is told without being asked."""

    method: str
    params: Any
    jsonrpc: str = "2.0"


class Greeting(Struct, frozen=True):
    """The first line that a client reads. `instance` changes when the switch restarts, and `seq` begins again."""

    version: str
    api: int
    capabilities: list[str]
    instance: str
    started_at: str
    seq: int


class EventLost(Struct, frozen=True):
    """Events with numbers from..to are no longer kept: the client was too slow, or asked too late."""

    count: int
    from_seq: int
    to_seq: int


class Incoming(Struct, frozen=True):
    """Any line that a client may read."""

    id: Id | UnsetType = UNSET
    method: str = ""
    params: Raw = ABSENT
    result: Raw = ABSENT
    error: ErrorObject | None = None


T = TypeVar("T", bound=Struct)

_decoder = msgspec.json.Decoder(Request)
_batch = msgspec.json.Decoder(list[Raw])
_encoder = msgspec.json.Encoder()


def plain(text: str, longest: int = 80) -> str:
    """Text from outside as it may be shown and logged: no control characters, not endless."""
    shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text[:longest])
    return shown + "..." if len(text) > longest else shown


def shown_json(message: Any, indent: int = 0) -> str:
    """A message as JSON that a terminal may show: what is not printable (C1, bidirectional marks) as \\u escapes."""
    text = msgspec.json.encode(message)
    whole = (msgspec.json.format(text, indent=indent) if indent else text).decode()
    if whole.isascii():
        return whole
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in whole)


def line(message: Struct | list[Any]) -> bytes:
    """One line of the wire."""
    return _encoder.encode(message) + b"\n"


def read_batch(text: bytes) -> list[Raw] | None:
    """The members of a batch, or None when the line is a single object. Raises ApiError."""
    if text.lstrip()[:1] != b"[":
        return None
    try:
        members = _batch.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise ApiError(Code.PARSE, "That is not JSON", what=plain(str(error))) from None
    if not members:
        raise ApiError(Code.INVALID_REQUEST, "An empty batch asks nothing")
    if len(members) > MAX_BATCH:
        raise ApiError(Code.INVALID_REQUEST, f"A batch has at most {MAX_BATCH} requests")
    return members


def read_request(text: bytes | Raw) -> Request:
    """The request that a line or a batch's member is. Raises ApiError."""
    try:
        request = _decoder.decode(text)
    except msgspec.ValidationError as error:
        raise ApiError(
            Code.INVALID_REQUEST,
            "That is not a JSON-RPC request",
            what=plain(str(error)),
            hint='Send {"jsonrpc": "2.0", "id": 1, "method": "status.get"}',
        ) from None
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise ApiError(Code.PARSE, "That is not JSON", what=plain(str(error))) from None
    if request.jsonrpc != "2.0":
        raise ApiError(Code.INVALID_REQUEST, 'The member "jsonrpc" must be "2.0"', where="jsonrpc")
    return request


def read_params(params: Raw, kind: type[T]) -> T:
    """The method's parameters, checked. Raises ApiError, which says which one is wrong."""
    try:
        return msgspec.json.decode(bytes(params) or b"{}", type=kind)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        if bytes(params).lstrip()[:1] == b"[":
            what = "Parameters are given by name, in an object"
        raise ApiError(
            Code.INVALID_PARAMS,
            plain(what, 200),
            what="params",
            where=plain(where.rstrip("`")),
            hint=f"Parameters: {', '.join(kind.__struct_encode_fields__) or 'none'}",
        ) from None
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise ApiError(Code.PARSE, "That is not JSON", what=plain(str(error))) from None
