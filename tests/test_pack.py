"""What Python packs for the board, read back as the browser reads it."""

import json
import struct

import numpy as np
import pytest

from browser.pack import pack
from figures.derived import HOWS, Derived

DTYPES = {"f8": "<f8", "f4": "<f4", "i4": "<i4", "i2": "<i2", "i1": "<i1", "u4": "<u4", "u2": "<u2", "u1": "<u1"}


def header(packed: bytes) -> tuple[object, int]:
    """The JSON and where the arrays begin."""
    (length,) = struct.unpack_from("<I", packed)
    return json.loads(packed[4 : 4 + length]), -(-(4 + length) // 8) * 8


def unpack(packed: bytes) -> object:
    said, start = header(packed)

    def read(value: object) -> object:
        if isinstance(value, dict):
            if "$of" in value:
                stored = read(value["$of"])
                assert isinstance(stored, np.ndarray)
                return Derived(stored, value["how"], tuple(value["by"])).value()
            if "$b" in value:
                offset, dtype, shape = value["$b"]
                assert (start + offset) % 8 == 0, "a browser reads float64 at multiples of eight only"
                return np.frombuffer(packed, DTYPES[dtype], int(np.prod(shape)), start + offset).reshape(shape)
            return {key: read(held) for key, held in value.items()}
        return [read(held) for held in value] if isinstance(value, list) else value

    return read(said)


@pytest.mark.parametrize("dtype", ["float64", "float32", "int32", "int16", "int8", "uint32", "uint16", "uint8"])
@pytest.mark.parametrize("shape", [(0,), (3,), (2, 5), (2, 3, 4)])
def test_an_array_comes_back_as_it_was(dtype: str, shape: tuple[int, ...]) -> None:
    array = (np.arange(np.prod(shape)) * 3 % 101).astype(dtype).reshape(shape)
    read = unpack(pack({"before": "η", "array": array}))
    assert isinstance(read, dict)
    assert read["array"].dtype == array.dtype
    np.testing.assert_array_equal(read["array"], array)
    assert read["before"] == "η"


def test_arrays_that_are_not_contiguous_or_little_endian_keep_their_numbers() -> None:
    array = np.arange(24, dtype=np.float64).reshape(4, 6)
    read = unpack(pack({"t": array.T, "every other": array[:, ::2], "big": array.astype(">f8")}))
    assert isinstance(read, dict)
    np.testing.assert_array_equal(read["t"], array.T)
    np.testing.assert_array_equal(read["every other"], array[:, ::2])
    np.testing.assert_array_equal(read["big"], array)


@pytest.mark.parametrize(
    ("array", "dtype"),
    [
        (np.array([1, -2]), np.int32),
        (np.array([1, 2**40]), np.float64),
        (np.array([2**63], np.uint64), np.float64),
        (np.array([0.5], np.float16), np.float32),
    ],
)
def test_types_that_a_browser_lacks_become_ones_that_it_has(array: np.ndarray, dtype: type[np.generic]) -> None:
    read = unpack(pack({"a": array}))
    assert isinstance(read, dict)
    assert read["a"].dtype == dtype
    np.testing.assert_array_equal(read["a"], array.astype(dtype))


def test_words_and_truths_in_arrays_become_lists() -> None:
    assert unpack(pack({"w": np.array(["a", "b"]), "t": np.array([True, False])})) == {"w": ["a", "b"], "t": [True, False]}


def test_one_content_is_stored_once() -> None:
    z = np.random.default_rng(0).normal(size=(50, 50))
    once, twice = pack({"contour": {"z": z}}), pack({"contour": {"z": z}, "surface": [{"z": z}]})
    assert len(twice) - len(once) < 100
    said, _ = header(twice)
    assert isinstance(said, dict)
    assert said["contour"]["z"] == said["surface"][0]["z"]
    assert len(pack({"contour": {"z": z}, "surface": [{"z": z.copy()}]})) == len(twice)
    assert len(pack({"contour": {"z": z}, "surface": [{"z": z + 1}]})) > len(once) + z.nbytes
    assert len(pack({"contour": {"z": z}, "surface": [{"z": z.ravel()}]})) > len(once) + z.nbytes, "another shape is another array"


@pytest.mark.parametrize("how", HOWS)
def test_a_derived_array_is_sent_as_what_it_is_made_of(how: str) -> None:
    of = np.array([[0.0, 0.5, 2.0], [4.0, 9.0, np.inf]], np.float32)
    made = Derived(of, how, (1.0, 3.0, 8.0) if how in ("rank", "shift") else (1.0, 8.0))
    packed = pack({"z": made, "again": of})
    assert len(packed) < 300
    read = unpack(packed)
    assert isinstance(read, dict)
    np.testing.assert_array_equal(read["z"], made.value())
    assert made.value().dtype == np.float64


def test_equal_arrays_made_on_the_way_are_not_mixed_up() -> None:
    columns = [np.arange(4, dtype=np.int64) + i for i in range(50)]
    read = unpack(pack({"columns": columns}))
    assert isinstance(read, dict)
    for i, column in enumerate(read["columns"]):
        np.testing.assert_array_equal(column, columns[i])


def test_structure_and_scalars() -> None:
    data = {"a": [1, 2.5, None, True, "x"], "t": (1, (2,)), "n": np.float32(0.5), "i": np.int64(7), "z": np.array(3.0), "e": {}}
    assert unpack(pack(data)) == {"a": [1, 2.5, None, True, "x"], "t": [1, [2]], "n": 0.5, "i": 7, "z": 3.0, "e": {}}


def test_what_json_cannot_say_becomes_null_outside_arrays_and_stays_inside() -> None:
    read = unpack(pack({"a": float("nan"), "b": [float("inf")], "c": np.array([np.nan, -np.inf])}))
    assert isinstance(read, dict)
    assert read["a"] is None
    assert read["b"] == [None]
    np.testing.assert_array_equal(read["c"], [np.nan, -np.inf])


def test_anything_else_is_refused_in_words() -> None:
    with pytest.raises(TypeError, match="cannot send a set"):
        pack({"a": {1, 2}})
