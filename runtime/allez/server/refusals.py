"""Why a request is not answered, as HTTP tells it. No text of a request and no key is in it."""

from __future__ import annotations

from starlette.responses import JSONResponse

from allez.errors import (
    AllezError,
    BundleNotFoundError,
    CancelledError,
    InputError,
    OptionError,
)


class Refusal(Exception):
    """A request that is refused.

    Args:
        status: of HTTP.
        message: one line for whoever asked.
        reason: one word for the statistics.
        retry_after: seconds after which to try again; None: that would not help.
    """

    def __init__(
        self, status: int, message: str, reason: str, *, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.reason = reason
        self.retry_after = retry_after

    def response(self) -> JSONResponse:
        """Return what is sent, in the form that LibreTranslate's clients read."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        if self.status in (408, 413):  # the rest of the body is not read
            headers["Connection"] = "close"
        return JSONResponse({"error": self.message}, self.status, headers)


def invalid(message: str) -> Refusal:
    """Return the refusal of a request that makes no sense."""
    return Refusal(400, message, "invalid")


def refusal_of(error: AllezError) -> Refusal:
    """Return what an error of the library is to whoever asked."""
    hint = f" ({error.hint})" if error.hint else ""
    if isinstance(error, (OptionError, InputError, BundleNotFoundError)):
        return invalid(f"{error}{hint}")
    if isinstance(error, CancelledError):
        return Refusal(408, "the time was over", "time", retry_after=1)
    return Refusal(503, "the translator is not available", "unavailable", retry_after=5)
