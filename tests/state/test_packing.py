"""Whatever can be stored comes back as it was, written by this version or by an earlier one."""
from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, strategies as st

from bot.state import blocks, packing
from tests.state.talk import start, turn

_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-16")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=6,
)
_STORED = st.none() | st.lists(_ANY, max_size=3) | st.dictionaries(st.text(max_size=3), _ANY, max_size=3)


@given(_STORED)
def test_comes_back_as_it_was(value):
    assert packing.unpack(packing.pack(value)) == value


@pytest.mark.parametrize("value", [["\ud83d"], {"text": "半个\udc00字"}, [10**400], [-(2**63) - 1], [2**64], [math.inf, -math.inf]])
def test_half_characters_huge_numbers_and_infinity_are_kept(value):
    assert packing.unpack(packing.pack(value)) == value


def test_not_a_number_stays_one():
    (found,) = packing.unpack(packing.pack([math.nan]))
    assert math.isnan(found)


@given(_STORED)
def test_what_an_earlier_version_wrote_as_json_is_read(value):
    assert packing.unpack(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")) == value


@pytest.mark.parametrize("broken", [b"", b"[1", b"\xc1", b"\x92\x01"])
def test_what_is_cut_off_is_an_error(broken):
    with pytest.raises(ValueError):
        packing.unpack(broken)


def test_a_block_of_the_first_format_is_read(monkeypatch):
    events = [*start(), *turn("租房怎么提", {"turns": 1}, "m1")]
    new = blocks.pack(events)
    monkeypatch.setattr(packing, "pack", lambda value: json.dumps(value, ensure_ascii=False).encode())
    old = bytes((1,)) + blocks.pack(events)[1:]
    assert new[0] == 2 and blocks.unpack(old) == blocks.unpack(new)
