"""Hashes passwords and compares them. It knows no names and stores nothing."""

from __future__ import annotations

import secrets
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from szai_qa.errors import InputError

MIN_CHARS = 10
# Longer ones would only make a try dear for us.
MAX_CHARS = 200
# 26 ms and 19 MiB a try: many logins at once don't take the machine's memory.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def hash_password(password: str) -> str:
    """Return the hash of a new password, with its salt and parameters.

    Raises:
        InputError: it is too short or too long.
    """
    text = _normal(password)
    if not MIN_CHARS <= len(text) <= MAX_CHARS:
        raise InputError(
            f"A password has {MIN_CHARS} to {MAX_CHARS} characters, not {len(text)}.", "Some words in a row make one."
        )
    return _HASHER.hash(text)


def password_fits(stored: str | None, password: str) -> bool:
    """Tell whether a password is the one of a hash; None, for an unknown name, takes as long and is never."""
    try:
        return _HASHER.verify(stored or _nobodys_hash(), _normal(password)[: MAX_CHARS + 1]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def _normal(password: str) -> str:
    # Two keyboards can write one character in two ways. A lone surrogate has no bytes to hash.
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode("utf-8"))


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_hex(16))
