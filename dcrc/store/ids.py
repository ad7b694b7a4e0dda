"""Ids that can be made anywhere, offline, and still sort by time."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from dcrc.clock import Clock

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]  # ten bits each
_RANDOM_BITS = 80
_HALF_BITS = _RANDOM_BITS // 2
_LOWER = (1 << _HALF_BITS) - 1
_TIME_LENGTH = 10  # characters of an id that are its instant
LENGTH = 26


def _half(number: int) -> str:
    """The forty bits of `number` as eight characters."""
    pairs = _PAIRS
    return (
        f"{pairs[number >> 30]}{pairs[number >> 20 & 1023]}"
        f"{pairs[number >> 10 & 1023]}{pairs[number & 1023]}"
    )


class GlobalId(str):
    """A document id: 48 bits of milliseconds and 80 random bits as 26 Crockford base-32 characters.

    Any other text is taken as an id too, so ids can be derived from what they stand for.
    """

    __slots__ = ()

    @classmethod
    def from_parts(cls, milliseconds: int, random: int) -> GlobalId:
        """The id of an instant (milliseconds since 1970) and 80 random bits."""
        number = (milliseconds & (1 << 48) - 1) << _RANDOM_BITS | random & (1 << _RANDOM_BITS) - 1
        return cls("".join([_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)]))


class IdSource:
    """Makes ids that never go backwards within one process, whatever the clock does."""

    def __init__(self, clock: Clock, entropy: Callable[[int], bytes]) -> None:
        self._clock = clock
        self._entropy = entropy
        self._lock = Lock()
        self._last = (-1, 0)

    def next_id(self) -> GlobalId:
        """An id greater than every one made here before."""
        return GlobalId(self.next_texts(1)[0])

    def next_texts(self, count: int) -> list[str]:
        """`count` ids as plain texts, each greater than every one made here before."""
        now = int(self._clock().timestamp() * 1000)
        ids = []
        with self._lock:
            milliseconds, random = self._last
            steps = self._entropy(count)
            if now > milliseconds:
                # the top bit stays free, so that counting up within a millisecond cannot overflow
                milliseconds = now
                random = int.from_bytes(self._entropy(_RANDOM_BITS // 8), "big") >> 1
            when = GlobalId.from_parts(milliseconds, 0)[:_TIME_LENGTH]
            upper, lower = random >> _HALF_BITS, random & _LOWER
            start = when + _half(upper)
            for step in steps:
                lower += 1 + (step << 24)
                if lower > _LOWER:  # once in hundreds of ids
                    upper, lower = upper + 1, lower & _LOWER
                    start = when + _half(upper)
                ids.append(start + _half(lower))
            self._last = (milliseconds, upper << _HALF_BITS | lower)
        return ids
