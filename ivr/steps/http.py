"""http: ask a server."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ivr.argument import Choice, Seconds
from ivr.argument_branch import Branch
from ivr.argument_expression import Worked
from ivr.argument_lookup import Body, Headers, Paths, Url
from ivr.expression import Expression
from ivr.lookup import HttpRequest
from ivr.running import Running
from ivr.template import Template
from ivr.verb import Block, Into, Outcome, Verb, argument

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, kw_only=True)
class Http(Verb):
    """Ask a server over HTTP, and take variables from its answer."""

    verb: ClassVar[str] = "http"
    sets: ClassVar[tuple[str, ...]] = ("http_status",)

    url: Template = argument(Url(), doc="The address.")
    method: str = argument(Choice(METHODS), "get", "How to ask.")
    headers: Mapping[str, Worked] | None = argument(Headers(), None, "Headers of the request.")
    json: Any = argument(Body(), None, "The request's body, sent as JSON.")
    timeout: float = argument(Seconds(0.1, 60), 5.0, "How long to wait for the whole answer.")
    cache: float = argument(Seconds(0, 86_400), 0.0, "How long the same request is answered from memory.")
    into: Mapping[str, str] | None = argument(Paths(), None, "Variables, and where in the answer's JSON each is found.")
    then: Block = argument(Branch(), (), "When the answer is good (2xx); without it, the next step.")
    failed: Block = argument(Branch(), doc="When there is no answer, or another one.")

    def falls(self) -> bool:
        return False

    async def run(self, call: Running) -> Outcome:
        answer = await call.port.http(self.request(call))
        call.set("http_status", answer.status)
        if not answer.good:
            return Into(self.failed, f"the server: {answer.status}")
        for name, path in (self.into or {}).items():
            call.set(name, answer.at(path))
        return Into(self.then, f"the server: {answer.status}")

    def request(self, call: Running) -> HttpRequest:
        """The request with the variables of now."""
        headers = {name: _one_line(call.worked_out(worked)) for name, worked in (self.headers or {}).items()}
        body = None
        if self.json is not None:
            headers.setdefault("Content-Type", "application/json")
            body = json.dumps(_made(self.json, call), ensure_ascii=False).encode()
        return HttpRequest(self.method, call.address(self.url), tuple(headers.items()), body, self.timeout, self.cache)


def _one_line(text: str) -> str:
    """What may be in a header: a variable brings no line of its own."""
    return "".join(char for char in text if char.isprintable())


def _made(body: Any, call: Running) -> Any:
    if isinstance(body, Mapping):
        return {key: _made(item, call) for key, item in body.items()}
    if isinstance(body, tuple):
        return [_made(item, call) for item in body]
    if isinstance(body, Expression):
        value = body.value(call.variables)
        return value if value is None or isinstance(value, (str, int, float)) else sorted(value)
    return call.expand(body)
