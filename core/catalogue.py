"""How the items of a menu are found: a folder of files, each with exactly one record."""

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol, TypeVar, runtime_checkable


@runtime_checkable
class Item(Protocol):
    """What every item of a menu says of itself: its name for people and its place in the menu."""

    @property
    def label(self) -> str: ...
    @property
    def rank(self) -> int: ...


R = TypeVar("R", bound=Item)


@functools.cache
def catalogue(package: str, record: type[R]) -> Mapping[str, R]:
    """The items of a folder: file name -> its one record of that type, in the order of the menu.

    An item is added by adding a file. An import error is raised, never swallowed; a file without exactly one record is an error too.
    """
    items: dict[str, R] = {}
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if module.ispkg or module.name.startswith("_"):
            continue
        names = vars(importlib.import_module(f"{package}.{module.name}"))
        records = [value for value in names.values() if isinstance(value, record)]
        if len(records) != 1:
            raise TypeError(f"{package}/{module.name}.py must hold exactly one {record.__name__}, it holds {len(records)}")
        items[module.name] = records[0]
    return MappingProxyType(dict(sorted(items.items(), key=lambda item: (item[1].rank, item[1].label))))
