"""The log: one JSON object a line on standard error. It never holds a text, a key or an address."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timezone

LOGGER = "allez.server"

FIELDS = ("method", "route", "status", "seconds", "reason", "source", "target", "characters")
"""What a record may have beside its time, level and message; numbers and known words."""


TRUSTED = (LOGGER, "uvicorn.error")
"""Whose messages hold nothing of a request; of others it is told who spoke, and how gravely."""


class Lines(logging.Formatter):
    """Makes a line of a record. Of an exception there is its type and place alone."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        time = datetime.fromtimestamp(record.created, timezone.utc)
        line: dict[str, object] = {
            "time": time.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage() if record.name in TRUSTED else record.name,
        }
        line |= {name: value for name in FIELDS if (value := record.__dict__.get(name)) is not None}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            trace = record.exc_info[2]
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            if trace is not None:
                line["at"] = trace.tb_frame.f_code.co_name
                line["line"] = trace.tb_lineno
        return json.dumps(line, ensure_ascii=True)


def set_up() -> logging.Handler:
    """Send what the server says to standard error, and that a library has warned; return what does.

    Uvicorn's own lines about requests, which hold their addresses, stay away, and so does what the
    library says of a translation, which may hold words of it.
    """
    library = logging.getLogger("allez")
    library.handlers = [logging.NullHandler()]
    library.propagate = False
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    logging.captureWarnings(True)
    logging.getLogger().handlers = [handler]  # otherwise Python prints what is graver than a note
    logging.getLogger().setLevel(logging.WARNING)
    for name in TRUSTED:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO if name == LOGGER else logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True
    return handler
