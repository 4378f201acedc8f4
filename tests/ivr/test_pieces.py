"""Texts put together from recorded words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import prompts, spoken
from ivr.pieces import pieces, words

ZH = [*"零一二三四五六七八九十百千万亿两第点元角分年月日半", "二十", "您前面还有", "位请稍候"]
EN = [*["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fifteen", "twenty", "and", "hundred"],
      "twenty-one", "you-are-number", "in-the-queue"]  # fmt: skip


def of(names):
    return pieces(Path(f"{name}.wav") for name in names)


@pytest.mark.parametrize(
    ("names", "text", "said"),
    [
        (ZH, "二十一", ["二十", "一"]),
        (ZH, "十二元零五分", ["十", "二", "元", "零", "五", "分"]),
        (ZH, "您前面还有三位，请稍候。", ["您前面还有", "三", "位请稍候"]),
        (ZH, "您前面还有三人。", None),
        (EN, "Twenty-one", ["twenty-one"]),
        (EN, "You are number one hundred and twenty-one in the queue.",
         ["you-are-number", "one", "hundred", "and", "twenty-one", "in-the-queue"]),
        (EN, "twenty-two thousand", None),
        (EN, "!?", None),
        ([], "one", None),
        # The longest first would leave "c" without a recording.
        (["a", "a-b", "b-c"], "a b c", ["a", "b-c"]),
    ],
)  # fmt: skip
def test_a_text_is_covered_whole_in_the_fewest_pieces_or_not_at_all(names, text, said):
    found = of(names).cover(text)
    assert (found and [path.stem for path in found]) == said


@given(st.integers(0, 10**12))
def test_every_mandarin_number_can_be_said_by_a_few_recordings(value):
    found = of(ZH).cover(spoken.number(value, "zh"))
    assert "".join(path.stem for path in found) == spoken.number(value, "zh")


@given(st.text(max_size=200), st.lists(st.text(max_size=5)))
def test_pieces_say_exactly_the_words_of_the_text(text, names):
    found = of(names).cover(text)
    if found is not None:
        assert tuple(word for path in found for word in words(path.stem)) == words(text)


def test_recorded_words_are_found_beside_the_prompts(tmp_path):
    (tmp_path / "zh" / "spoken").mkdir(parents=True)
    for name in ("三", "元"):
        (tmp_path / "zh" / "spoken" / f"{name}.wav").write_bytes(b"RIFF")
    found, wrong = prompts.load(tmp_path, ("zh", "en"))
    assert not wrong and found == prompts.load(tmp_path, ("zh", "en"))[0]
    assert [path.name for path in found.recorded("三元", "zh")] == ["三.wav", "元.wav"]
    assert found.recorded("四元", "zh") is None and found.recorded("three", "en") is None
