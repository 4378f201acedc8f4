"""A wide mix is the plain sum, whoever is in it and in which order."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from media import resample, wide_plan
from media.room import Room
from media.words import StreamId

gain = st.sampled_from([0.0, 0.25, 0.5, 1.0, 1.0, 1.7, 4.0])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_wide_mix_is_the_plain_sum_for_any_order_of_members(data: st.DataObject) -> None:
    """Against one loop a listener, in whole numbers of 1/4096 squared."""
    count = data.draw(st.integers(3, 7))
    names = [StreamId(f"m{n}") for n in range(count)]
    row_of = {name: n + 1 for n, name in enumerate(names)}
    broad = np.zeros(10, bool)
    broad[1 : count + 1] = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    says = data.draw(st.dictionaries(st.sampled_from(names), gain))
    hears = data.draw(st.dictionaries(st.sampled_from(names), gain))
    gains = data.draw(st.dictionaries(st.tuples(st.sampled_from(names), st.sampled_from(names)), gain))
    members = data.draw(st.permutations(names))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    low = rng.integers(-32768, 32768, (10, resample.LEAD_UP + 160), dtype=np.int16)
    high = rng.integers(-32768, 32768, (10, 320), dtype=np.int16)
    todo = wide_plan.plan([Room(list(members), gains, says, hears, shaped=True)], row_of, broad)
    if broad.sum() < 2:
        assert not todo
        return
    narrow = wide_plan.summed(todo, todo.narrow, low[todo.narrow.rows], own=False)
    wide_sum = wide_plan.summed(todo, todo.wide, high[todo.wide.rows], own=True)
    assert set(todo.listeners.tolist()) == set(np.flatnonzero(broad).tolist())
    for at, row in enumerate(todo.listeners.tolist()):
        to = names[row - 1]
        expected = {False: np.zeros(low.shape[1], object), True: np.zeros(320, object)}
        for name in names:
            if name == to:
                continue
            units = (
                round(gains[name, to] * 4096) * 4096
                if (name, to) in gains
                else (round(says.get(name, 1.0) * 4096) * round(hears.get(to, 1.0) * 4096))
            )
            width = bool(broad[row_of[name]])
            expected[width] += (high if width else low)[row_of[name]].astype(object) * units
        for width, found in ((False, narrow[at]), (True, wide_sum[at])):
            assert [(value + 2**23) // 2**24 for value in expected[width]] == found.tolist()
