"""The site's own code: `async def` functions in <site>/scripts/*.py, found without running them, run beside the calls.

They run on a thread of their own (code_thread.py). A function that does not end in time is cancelled. What code raises
is one line in the log.

Deliberately absent: what the code may do with its call (ivr/script_call.py).
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import importlib.util
import logging
import sys
import traceback
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from apps.log import safe
from apps.lookups.code_thread import CodeThread
from ivr.lookup import CodeAnswer
from ivr.script_call import Call, without_secrets
from ivr.words import Mistake, Parameters

log = logging.getLogger("scripts")

FOLDER = "scripts"
MAX_BYTES = 1 << 20
IMPORT_S = 30.0
MAX_VALUE = 2000


# ---- found without running -----------------------------------------------------------------------------------


def functions(directory: Path) -> tuple[dict[str, Parameters], list[Mistake]]:
    """Every function of the files in <site>/scripts by "file.function", and what is wrong with the files."""
    found: dict[str, Parameters] = {}
    wrong: list[Mistake] = []
    for path in _files(directory):
        shown = f"{FOLDER}/{path.name}"
        if not path.stem.isidentifier():
            wrong.append(Mistake(shown, 1, f"{path.name!r} cannot be a module's name", "Use small letters and _."))
            continue
        try:
            if path.stat().st_size > MAX_BYTES:
                raise ValueError("the file is over 1 MiB")
            tree = ast.parse(path.read_bytes(), str(path))
        except SyntaxError as error:
            wrong.append(Mistake(shown, error.lineno or 1, f"Not Python: {error.msg}", ""))
            continue
        except (OSError, ValueError, RecursionError, MemoryError) as error:
            wrong.append(Mistake(shown, 1, f"Cannot be read: {error}", ""))
            continue
        for node in tree.body:
            if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
                found[f"{path.stem}.{node.name}"] = _parameters(node)
                if not [*node.args.posonlyargs, *node.args.args]:
                    what = f"{node.name} takes no call"
                    wrong.append(Mistake(shown, node.lineno, what, f"Write async def {node.name}(call: Call)."))
    return found, wrong


def _files(directory: Path) -> Iterator[Path]:
    folder = directory / FOLDER
    if folder.is_dir():
        yield from sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))


def _parameters(node: ast.AsyncFunctionDef) -> Parameters:
    arguments = node.args
    # The first one is the call.
    plain = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)][1:]
    needed = plain[: max(len(plain) - len(arguments.defaults), 0)]
    optional = plain[len(needed) :]
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        (needed if default is None else optional).append(argument.arg)
    return Parameters(tuple(needed), tuple(optional), arguments.kwarg is not None)


# ---- run beside the calls --------------------------------------------------------------------------------------


class SiteCode:
    """The functions of one reading of the site. A reload makes another; running calls keep theirs."""

    def __init__(self, directory: Path, thread: CodeThread) -> None:
        self._directory = directory
        self._thread = thread
        self._modules: dict[str, ModuleType | str] = {}
        """By file: the module, or why it cannot be used."""

    async def run(self, function: str, call: Call, values: Mapping[str, str], timeout_s: float) -> CodeAnswer:
        """Run it for a call; never raises but when cancelled, and then the code is cancelled too."""
        try:
            return await self._thread.run(self._work(function, call, values), function, timeout_s)
        except TimeoutError:
            what = f"{function} took more than {timeout_s:g} s"
            log.error("call=%s: %s", call.id, what)
            return CodeAnswer(what)
        except RuntimeError as error:
            log.error("call=%s: %s: %s", call.id, function, error)
            return CodeAnswer(str(error))

    async def prepare(self) -> list[str]:
        """Import every file before a caller waits for it; what is wrong with each that cannot be used."""

        if next(_files(self._directory), None) is None:
            return []  # and no thread

        async def work() -> list[str]:
            for path in _files(self._directory):
                self._module(path.stem)
            return [module for module in self._modules.values() if isinstance(module, str)]

        try:
            return await self._thread.run(work(), "the site's scripts", IMPORT_S)
        except (TimeoutError, RuntimeError) as error:
            return [f"importing the site's scripts: {error or f'not in {IMPORT_S:g} s'}"]

    # ---- on the thread ---------------------------------------------------------------------------------------

    async def _work(self, function: str, call: Call, values: Mapping[str, str]) -> CodeAnswer:
        try:
            result = await self._found(function)(call, **values)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            what = safe(without_secrets(call, f"{self._where(error)}{type(error).__name__}: {error}"))
            log.error("call=%s: %s: %s", call.id, function, what)
            return CodeAnswer(what)
        return CodeAnswer("", "" if result is None else str(result)[:MAX_VALUE])

    def _where(self, error: BaseException) -> str:
        """The last line of the site's own code that the error came through."""
        folder = str(self._directory / FOLDER)
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename.startswith(folder):
                return f"{FOLDER}/{Path(frame.filename).name}:{frame.lineno}: "
        return ""

    def _found(self, function: str) -> Callable[..., Coroutine[Any, Any, object]]:
        file, _, name = function.partition(".")
        module = self._module(file)
        if isinstance(module, str):
            raise ImportError(module)
        found = getattr(module, name, None)
        if not asyncio.iscoroutinefunction(found):
            raise ImportError(f"there is no async function {function}")
        return found

    def _module(self, file: str) -> ModuleType | str:
        if not self._modules:
            self._forget_helpers()
        if file not in self._modules:
            self._modules[file] = self._imported(file)
        return self._modules[file]

    def _forget_helpers(self) -> None:
        """Files of the folder can import one another by name, and a reload reads those anew, too."""
        folder = str(self._directory / FOLDER)
        if folder not in sys.path:
            sys.path.append(folder)  # last: no file here stands in the way of a library
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None) or "").startswith(folder + "/"):
                del sys.modules[name]

    def _imported(self, file: str) -> ModuleType | str:
        """A module of its own, whatever else has this name."""
        path = self._directory / FOLDER / f"{file}.py"
        spec = importlib.util.spec_from_file_location(f"zongji_site_{file}_{id(self)}", path)
        if spec is None or spec.loader is None:
            return f"{path.name} cannot be read"
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException as error:
            return f"{path.name}: {self._where(error)}{type(error).__name__}: {error}"
        finally:
            with contextlib.suppress(KeyError):
                del sys.modules[spec.name]
        return module
