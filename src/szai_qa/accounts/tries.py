"""Limits tries to log in, per name and per address. All of it is in memory and gone with the process."""

from __future__ import annotations

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

MINUTES = 15
PER_NAME = 5
# An office shares an address.
PER_ADDRESS = 30


class Tries:
    """Counts tries. A try that is too many is not counted, so waiting always helps."""

    def __init__(self, per_name: int = PER_NAME, per_address: int = PER_ADDRESS, minutes: int = MINUTES) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._per_name = RateLimitItemPerMinute(per_name, minutes)
        self._per_address = RateLimitItemPerMinute(per_address, minutes)

    def minutes_to_wait(self, name: str, address: str) -> int:
        """Count a try and return 0, or the minutes until the next one where it is one too many."""
        # The address first: who guesses many names locks himself out and not the names.
        for limit, *who in ((self._per_address, "address", address), (self._per_name, "name", name)):
            if not self._limiter.hit(limit, *who):
                reset = self._limiter.get_window_stats(limit, *who).reset_time
                return max(1, math.ceil((reset - time.time()) / 60))
        return 0

    def forget(self, name: str) -> None:
        """Begin to count a name's tries anew: it has logged in."""
        self._limiter.clear(self._per_name, "name", name)
