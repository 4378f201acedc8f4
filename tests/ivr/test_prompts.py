"""Prompts by name."""

from __future__ import annotations

from ivr import prompts
from ivr.words import Say


def test_a_recording_wins_over_words(tmp_path):
    (tmp_path / "manifest.yaml").write_text('hello: {zh: "您好", en: "Hello"}\n', "utf-8")
    (tmp_path / "zh" / "shop").mkdir(parents=True)
    (tmp_path / "zh" / "hello.wav").write_bytes(b"RIFF")
    (tmp_path / "zh" / "shop" / "open.wav").write_bytes(b"RIFF")
    found, wrong = prompts.load(tmp_path, ("zh", "en"))
    assert not wrong
    assert found.find("hello", "zh") == tmp_path / "zh" / "hello.wav"
    assert found.find("hello", "en") == Say("Hello", "en")
    assert found.find("nothing", "en") is None
    assert found.names == {"zh/hello", "en/hello", "zh/shop/open"}
    assert found.static_texts() == {("Hello", "en")}


def test_mistakes_in_the_manifest_have_lines(tmp_path):
    (tmp_path / "manifest.yaml").write_text(
        'a: {zh: "您好"}\nB: {zh: x, en: y}\nc: hello\nd: {zh: "", en: "x", fr: "y"}\n../x: {zh: a, en: b}\n', "utf-8"
    )
    _, wrong = prompts.load(tmp_path, ("zh", "en"))
    assert [mistake.line for mistake in wrong] == [1, 2, 3, 4, 4, 5]


def test_no_directory_has_no_prompts(tmp_path):
    assert prompts.load(tmp_path / "none", ("zh",)) == (prompts.Prompts({}, {}), [])
