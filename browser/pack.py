"""Names, words and arrays as one block of bytes for the browser: [u32 header length][JSON header][arrays, each 8-aligned].

In the header an array is {"$b": [offset, dtype, shape]}, the offset counted from the first byte behind the padded header, and one that
the browser derives is {"$of": array, "how": how, "by": numbers}. What occurs twice is stored once, so a contour and a 3-D surface
share their heights. All numbers are little-endian.
"""

import json
import math
import struct
from collections.abc import Mapping

import numpy as np

from figures.derived import Derived

# The types that a browser has an array for.
_CODES = {
    "float64": "f8",
    "float32": "f4",
    "int32": "i4",
    "int16": "i2",
    "int8": "i1",
    "uint32": "u4",
    "uint16": "u2",
    "uint8": "u1",
}


def pack(data: Mapping[str, object]) -> bytes:
    """Pack a nested structure of mappings, sequences, strings, numbers and arrays. Numbers that are not finite become null."""
    buffers: list[bytes] = []
    offset = 0
    stored_at: dict[tuple[object, ...], object] = {}

    def stored(array: np.ndarray) -> object:
        nonlocal offset
        plain = _browsable(array)
        if plain is None:
            return walked(array.tolist())
        raw = np.ascontiguousarray(plain, plain.dtype.newbyteorder("<")).tobytes()
        content = (plain.dtype.name, plain.shape, raw)
        if content not in stored_at:
            stored_at[content] = {"$b": [offset, _CODES[plain.dtype.name], list(plain.shape)]}
            buffers.append(raw + bytes(-len(raw) % 8))
            offset += len(buffers[-1])
        return stored_at[content]

    def walked(value: object) -> object:
        match value:
            case np.ndarray() if value.ndim:
                return stored(value)
            case Derived():
                return {"$of": stored(value.of), "how": value.how, "by": list(value.by)}
            case np.ndarray() | np.generic():
                return walked(value.item())
            case Mapping():
                return {str(key): walked(child) for key, child in value.items()}
            case list() | tuple():
                return [walked(child) for child in value]
            case float():
                return value if math.isfinite(value) else None
            case None | str() | int():
                return value
            case _:
                raise TypeError(f"the board cannot send a {type(value).__name__}: use words, numbers, lists, mappings and NumPy arrays")

    header = json.dumps(walked(data), separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    return b"".join((struct.pack("<I", len(header)), header, bytes(-(4 + len(header)) % 8), *buffers))


def _browsable(array: np.ndarray) -> np.ndarray | None:
    """The array in a dtype that JavaScript has a typed array for; None if there is none."""
    if array.dtype.name in _CODES:
        return array
    if array.dtype.kind in "iu":
        low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
        limits = np.iinfo(np.int32)
        return array.astype(np.int32 if limits.min <= low and high <= limits.max else np.float64)
    if array.dtype.kind == "f":
        return array.astype(np.float32 if array.dtype.itemsize < 4 else np.float64)
    return None
