"""Every error that szai-qa raises on purpose, each with its exit code and its HTTP status.

    SzaiQaError (exit 1, HTTP 500)
    ├── InputError (2, 400)          the caller's question, file or option is wrong
    │   └── ArticleError             an article file cannot be read as the format says
    ├── SettingsError (2, 400)       a setting is unknown or out of its bounds
    ├── NotFoundError (2, 404)       no index or no articles where they were looked for
    ├── IndexMismatchError (1, 503)  the index does not fit the articles, the model or this version
    ├── IndexBusyError (1, 503)      another build holds the index
    ├── ModelError (1, 503)          the model's weights are missing or not the expected ones
    ├── JournalError (1, 503)        the journal's database can't be read or written
    └── ProofError (3, 409)          a check that was asked for has failed (verify, gate, promise)

A refusal to answer is not an error: it is a `Refusal` in an `Answer` (see `records`).
"""

from __future__ import annotations


class SzaiQaError(Exception):
    """Base of all errors raised on purpose.

    `message` says what is wrong and where, `hint` what to do about it.
    """

    exit_code = 1
    http_status = 500
    code = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def as_json(self) -> dict[str, dict[str, str]]:
        """Return the one JSON shape of an error: {"error": {"code", "message", "hint"}}."""
        return {"error": {"code": self.code, "message": self.message, "hint": self.hint}}


class InputError(SzaiQaError):
    """The caller's question, file or option is wrong."""

    exit_code = 2
    http_status = 400
    code = "bad_input"


class ArticleError(InputError):
    """An article file cannot be read as the format says."""

    code = "bad_article"


class SettingsError(SzaiQaError):
    """A setting is unknown or out of its bounds."""

    exit_code = 2
    http_status = 400
    code = "bad_settings"


class NotFoundError(SzaiQaError):
    """No index or no articles where they were looked for."""

    exit_code = 2
    http_status = 404
    code = "not_found"


class IndexMismatchError(SzaiQaError):
    """The index does not fit the articles, the model, the settings or this version."""

    http_status = 503
    code = "index_mismatch"


class IndexBusyError(SzaiQaError):
    """Another build holds the index folder."""

    http_status = 503
    code = "index_busy"


class ModelError(SzaiQaError):
    """The model's weights are missing, or are not the expected ones."""

    http_status = 503
    code = "model"


class JournalError(SzaiQaError):
    """The journal's database can't be opened, read or written."""

    http_status = 503
    code = "journal"


class ProofError(SzaiQaError):
    """A check that was asked for has failed: index verify, a gate, a promise, a receipt."""

    exit_code = 3
    http_status = 409
    code = "proof_failed"
