"""The terminal and the standard streams: what is written to them, and what never reaches one.

Data goes to standard output, all else to standard error. Knows nothing of the commands.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
from collections.abc import Iterator
from typing import IO, BinaryIO

from allez.errors import AllezError, InputError, OutputError


def speak_utf8() -> str | None:
    """Make UTF-8 of all text, whatever the console's default; return what that was."""
    encoding = getattr(sys.stdout, "encoding", None)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    return encoding


def is_terminal(stream: IO[str] | None) -> bool:
    """Whether somebody sits there; a stream that was closed before we began is None."""
    return stream is not None and stream.isatty()


def standard_input() -> BinaryIO:
    """Return the bytes of standard input; InputError if it is closed."""
    if sys.stdin is None:
        raise InputError("standard input is closed")
    return sys.stdin.buffer


def write(text: str | bytes) -> None:
    """Write to standard output, at once and as it is.

    Raises:
        OutputError: it cannot be written.
        BrokenPipeError: nobody reads it any more.
    """
    if sys.stdout is None:
        if not text:
            return
        raise OutputError("standard output is closed")
    try:
        if isinstance(text, bytes):
            sys.stdout.buffer.write(text)
        else:
            sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        abandon_output()
        raise OutputError(f"cannot write standard output: {error.strerror}") from None


def show(text: str) -> None:
    """Write text that came from elsewhere; a terminal gets none of its control characters.

    A pipe or a file gets the text as it is. Errors as those of `write`.
    """
    write(visible(text) if is_terminal(sys.stdout) else text)


def show_document(data: bytes) -> None:
    """Write a document; a terminal gets it as `show` would show it. Errors as those of `write`."""
    write(visible(data.decode("utf-8", "replace")) if is_terminal(sys.stdout) else data)


def visible(text: str) -> str:
    r"""Return a text with its control characters drawn, but for line feeds and tabs.

    An escape sequence could clear the screen, rename the window or type for the user. ESC becomes
    U+241B, its picture, as do all others below U+0020 and DEL; those above U+007F, which have no
    picture, become U+FFFD. The carriage return of a line's end is dropped.
    """
    return text.replace("\r\n", "\n").translate(_PICTURES)


_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"}
_PICTURES |= {0x7F: 0x2421} | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)


def say(text: str) -> None:
    """Write a line to standard error, if there is one."""
    if sys.stderr is not None:  # print would take standard output instead
        print(plain(text), file=sys.stderr)


def tell(error: AllezError, message: str | None = None) -> None:
    """Say what went wrong, and what can be done about it.

    Args:
        error: what was raised.
        message: in place of its own words.
    """
    say(f"error: {error if message is None else message}")
    if error.hint:
        say(f"hint: {error.hint}")


def plain(text: str) -> str:
    """Return a line without what a terminal would act upon; a bundle may have put it there."""
    return "".join(c if c.isprintable() else "?" for c in text)


def abandon_output() -> None:
    """Let the interpreter's last flush go nowhere, so that it has nothing to complain about."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Notes(logging.Handler):
    """Says what the library logs, one line each."""

    def emit(self, record: logging.LogRecord) -> None:
        say(f"note: {record.getMessage()}")


@contextlib.contextmanager
def notes(*, verbose: int, quiet: bool) -> Iterator[None]:
    """Show what the library has to say: warnings; if `verbose`, more; if `quiet`, less."""
    levels = (logging.WARNING, logging.INFO, logging.DEBUG)
    handler = _Notes()
    logger = logging.getLogger("allez")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.ERROR if quiet else levels[min(verbose, 2)])
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
