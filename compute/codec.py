"""Values as bytes, and back: names, numbers, arrays, and records made of them. To read such bytes runs no code that they bring.

A record is a NamedTuple or a frozen dataclass of one of our rooms; its class is written by name, and nothing else is ever called. Values
of the same types, with the same bits and their dictionaries in the same order, have the same bytes in every process: arrays are written
once for each content. Values that are merely equal may not: 1, 1.0 and True differ, as do 0.0 and −0.0.
"""

import functools
import importlib
import json
import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Protocol, cast

import numpy as np

ROOMS = ("core", "compute", "data", "normalization", "surfaces", "optim", "landscape", "networks", "labs", "verdict")  # they compute
KINDS = "biufc"  # of arrays: truth values, numbers

Tree = None | bool | int | float | str | list["Tree"] | dict[str, "Tree"]


class _Record(Protocol):
    _fields: tuple[str, ...]


class _Writer:
    """Makes a tree of a value, and a list of its arrays."""

    def __init__(self) -> None:
        self.arrays: list[np.ndarray] = []
        self._known: dict[tuple[str, tuple[int, ...], bytes], int] = {}

    def tree(self, value: object) -> Tree:
        """Raises TypeError where something in it is none of what is written."""
        if value is None or type(value) in (bool, int, float, str):
            return cast(Tree, value)
        if isinstance(value, np.ndarray):
            return {"array": self._array(value)}
        if isinstance(value, np.generic):
            return {"scalar": self._array(np.asarray(value))}
        if type(value) is tuple:
            return {"tuple": [self.tree(part) for part in value]}
        if type(value) is list:
            return [self.tree(part) for part in value]
        if type(value) is dict:
            return {"dict": [self.tree(list(value)), self.tree(list(value.values()))]}
        kind = type(value)
        name = f"{kind.__module__}:{kind.__qualname__}"
        if _record(name) is not kind:
            raise TypeError(f"{name} is not written")
        return {"record": name, "of": [self.tree(getattr(value, field)) for field in _fields(kind)]}

    def _array(self, array: np.ndarray) -> int:
        if array.dtype.kind not in KINDS:
            raise TypeError(f"arrays of {array.dtype} are not written")
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._known:
            self._known[key] = len(self.arrays)
            self.arrays.append(array)
        return self._known[key]


@functools.cache
def _record(name: str) -> type | None:
    """The class of a record by its name; None where it is none of ours."""
    module, _, kind = name.partition(":")
    if module.split(".")[0] not in ROOMS:
        return None
    found = getattr(importlib.import_module(module), kind, None)
    if not isinstance(found, type) or found.__module__ != module:
        return None
    return found if is_dataclass(found) or (issubclass(found, tuple) and hasattr(found, "_fields")) else None


def _fields(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else cast(_Record, kind)._fields


def encoded(value: object) -> bytes:
    """Raises TypeError where it holds what is not written: a function, say, or an array of objects."""
    writer = _Writer()
    tree = writer.tree(value)
    head = json.dumps({"arrays": [[array.dtype.str, list(array.shape)] for array in writer.arrays], "tree": tree}).encode()
    return b"".join([len(head).to_bytes(8, "little"), head, *map(_planes, writer.arrays)])


def decoded(raw: bytes) -> object:
    """The value. Raises ValueError, or another error of what was read, where the bytes are not those of a value."""
    end = 8 + int.from_bytes(raw[:8], "little")
    head = json.loads(raw[8:end])
    arrays = []
    for name, shape in head["arrays"]:
        kind = np.dtype(name)
        if kind.kind not in KINDS:
            raise ValueError(f"arrays of {kind} are not read")
        size = kind.itemsize * math.prod(shape)
        arrays.append(_joined(raw[end : end + size], kind).reshape(shape))
        end += size
    return _value(head["tree"], arrays)


def _value(tree: Tree, arrays: list[np.ndarray]) -> object:
    if isinstance(tree, list):
        return list(_values(tree, arrays))
    if not isinstance(tree, dict):
        return tree
    if "array" in tree:
        return arrays[cast(int, tree["array"])]
    if "scalar" in tree:
        return arrays[cast(int, tree["scalar"])][()]
    if "tuple" in tree:
        return tuple(_values(tree["tuple"], arrays))
    if "dict" in tree:
        keys, values = (_values(side, arrays) for side in cast(list[Tree], tree["dict"]))
        return dict(zip(keys, values, strict=True))
    kind, parts = _record(str(tree["record"])), list(_values(tree["of"], arrays))
    if kind is None:
        raise ValueError(f"{tree['record']} is no record")
    return kind(**dict(zip(_fields(kind), parts, strict=True)))


def _values(trees: Tree, arrays: list[np.ndarray]) -> Iterator[object]:
    return (_value(tree, arrays) for tree in cast(list[Tree], trees))


def _planes(array: np.ndarray) -> bytes:
    """The first byte of every number, then the second ...: they are alike, so they are compressed well."""
    size = max(1, array.dtype.itemsize)
    return np.frombuffer(array.tobytes(), np.uint8).reshape(-1, size).T.tobytes()


def _joined(planes: bytes, kind: np.dtype) -> np.ndarray:
    return np.frombuffer(np.frombuffer(planes, np.uint8).reshape(kind.itemsize, -1).T.tobytes(), kind).copy()
