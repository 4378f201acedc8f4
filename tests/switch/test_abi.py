"""The binding agrees with the library, and says so in one sentence when it does not."""

from __future__ import annotations

import copy
import re

import cffi
import pytest

from switch.errors import MissingLibrary, SwitchError, WrongPlatform, WrongWheel
from switch.machine import check_platform
from switch.pjsip import abi, layout, proto_pjlib, proto_sip, proto_ua

DATA = layout.read(abi.LAYOUT_FILE)


def test_every_struct_has_the_size_and_offsets_of_the_data() -> None:
    ffi = cffi.FFI()
    ffi.cdef(layout.declarations(DATA))
    assert layout.disagreements(DATA, ffi) == []
    assert ffi.sizeof("pjsip_rx_data") == DATA.structs["pjsip_rx_data"]["size"]
    assert ffi.offsetof("pjsip_inv_session", "invite_tsx") == 152


def test_a_field_that_moved_is_found() -> None:
    moved = copy.deepcopy(DATA)
    ffi = cffi.FFI()
    ffi.cdef(layout.declarations(DATA))
    for field in moved.structs["pjsip_dialog"]["fields"]:
        if field[0] == "call_id":
            field[1] += 8
    moved.structs["pj_str_t"]["size"] += 4
    wrong = layout.disagreements(moved, ffi)
    assert len(wrong) == 2 and any("pjsip_dialog.call_id" in sentence for sentence in wrong)


def test_the_structs_that_the_headers_give_have_the_size_that_the_data_says() -> None:
    ffi = abi.load().ffi
    entry = next(f for f in DATA.structs["pjsip_server_addresses"]["fields"] if f[0] == "entry")
    host = next(f for f in DATA.structs["pjsip_response_addr"]["fields"] if f[0] == "dst_host")
    assert ffi.sizeof("zongji_address") == entry[2] // 16
    assert ffi.sizeof("zongji_host_info") == host[2]


def test_every_prototype_is_in_the_library() -> None:
    lib = abi.load().lib
    for module in (proto_pjlib, proto_sip, proto_ua):
        text = re.sub(r"/\*.*?\*/", "", module.PROTOTYPES, flags=re.DOTALL)
        for name in re.findall(r"\b((?:pj\w*|OpenSSL\w*))\(", text):
            assert getattr(lib, name)


@pytest.mark.parametrize(
    ("system", "machine", "python", "kind"),
    [
        ("darwin", "x86_64", (3, 11), "CPython"),
        ("linux", "aarch64", (3, 11), "CPython"),
        ("linux", "x86_64", (3, 13), "CPython"),
        ("linux", "x86_64", (3, 10), "CPython"),
        ("linux", "x86_64", (3, 11), "PyPy"),
    ],
)
def test_another_platform_is_one_sentence(system: str, machine: str, python: tuple[int, int], kind: str) -> None:
    with pytest.raises(WrongPlatform, match=r"^Zongji runs on .* only, and this is .*\.$"):
        check_platform(system, machine, python, kind)


def test_this_platform_is_right() -> None:
    for python in ((3, 11), (3, 12)):
        check_platform("linux", "x86_64", python, "CPython")


def test_a_missing_or_wrong_wheel_is_one_sentence_that_says_what_to_install() -> None:
    for version, kind in ((None, MissingLibrary), ("2.14", WrongWheel)):
        with pytest.raises(kind, match=r"run `pip install pjsua2-python==2\.15\.1\.post1`\.$") as caught:
            abi.check_wheel(version)
        assert isinstance(caught.value, SwitchError)
    abi.check_wheel("2.15.1.post1")
