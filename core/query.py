"""The query of an address, `surface=network&surface.gain=8`: how a field of a setup stands in it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar, cast

from core.messages import N_, Message, Refusal, Value, message, quoted

T = TypeVar("T")


def text(value: Value) -> str:
    """Numbers as short as they can be and still read back the same."""
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def known(name: str, items: Collection[str]) -> str:
    """The name of one of these items. Raises Refusal for another."""
    if name not in items:
        raise Refusal(message(N_("not known")))
    return name


class Query:
    """What is left of a query to read, and what was refused of it. names: those that a Name may be."""

    def __init__(self, query: Mapping[str, str], names: Collection[str]) -> None:
        self.left, self.names = dict(query), names
        self.refused: list[Message] = []
        self.lost = 0  # of those that are refused: nothing near was taken instead

    def take(self, key: str, read: Callable[[str], T], default: T, instead: Value | Message) -> T:
        """The value of a key; the default where it is missing. What is refused is reported with what is taken: the nearest that can be
        had, else the default, which is called `instead`."""
        raw = self.left.pop(key, None)
        if raw is None:
            return default
        try:
            return read(raw)
        except Refusal as refusal:
            reason = N_("{given} was not taken ({why}); {instead} instead.")
            nearest = refusal.nearest
            taken = instead if nearest is None else nearest
            self.refused.append(message(reason, given=quoted(f"{key}={raw}"), why=refusal.reason, instead=taken))
            self.lost += nearest is None
            return default if nearest is None else cast(T, nearest)

    def numbered(self, letter: str, keys: Sequence[str], most: int, read: Callable[[int], T], default: tuple[T, ...]) -> tuple[T, ...]:
        """o1, o2 ... up to the last that is named by one of its keys. The default where every one that is named was refused."""
        heads = {f"{letter}{i}{key}": i for i in range(1, most + 1) for key in keys}
        named = [i for head, i in heads.items() if any(key == head or key.startswith(f"{head}.") for key in self.left)]
        left, lost = len(self.left), self.lost
        items = tuple(read(i) for i in range(1, max(named, default=0) + 1))
        return items if left - len(self.left) > self.lost - lost else default


class Scope(NamedTuple):
    """Where a field stands."""

    key: str
    fields: Mapping[str, object]  # those before it in the same setup
    around: Mapping[str, object]  # those of the setup that its setup is numbered in
    prefix: str = ""  # of the keys of a numbered setup: "p1."


class Field(Generic[T]):
    """A kind of field of a setup: it validates, writes and reads itself. Here one value, of one key."""

    def read(self, raw: str) -> T:
        """Raises Refusal for what it cannot be."""
        raise NotImplementedError

    def to_query(self, key: str, value: T) -> dict[str, str]:
        """The field by itself."""
        return {key: text(cast(Value, value))}

    def changes(self, key: str, value: T, before: T) -> dict[str, str]:
        """What is not as it was before."""
        return self.to_query(key, value) if value != before else {}

    def from_query(self, query: Query, scope: Scope, default: T) -> T:
        """What the query says of the field, else the default. Never raises."""
        return query.take(scope.prefix + scope.key, self.read, default, cast(Value, default))

    def fitted(self, scope: Scope, value: T) -> T:
        """Without what has no meaning beside the fields around it."""
        return value
