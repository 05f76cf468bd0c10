"""Logs: one JSON object a line on the standard output, ours and the libraries', with its trace."""

import logging
import sys
import time

import orjson
import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.types import EventDict, Processor, WrappedLogger

from kit.observability.faults import story
from kit.observability.traces import current_traceparent, trace_id

_EVERY = 10.0  # seconds
_KEPT = 1000  # lines that may be the same as the next one


def write_json_lines(service: str) -> None:
    def identify(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
        # A line about one event of a batch says its own trace.
        return {"trace_id": trace_id(current_traceparent()), **line, "service": service}

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        identify,
    ]
    structlog.configure(
        processors=[*shared, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                _tell_exception,
                _tell_repetitions,
                ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_json_line),
            ],
        )
    )
    handler.addFilter(_Repetitions())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for talkative in ("aiokafka", "faststream"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


class _Repetitions(logging.Filter):
    """Lets a library say a line once in ten seconds: without Kafka, aiokafka says 500 in one.

    What is held back is counted by the next such line. Ours pass, and each exception.
    """

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not isinstance(record.msg, str) or record.exc_info:
            return True
        line, now = f"{record.name} {record.getMessage()}", time.monotonic()
        last, held = self._told.get(line, (-_EVERY, 0))
        if now - last < _EVERY:
            self._told[line] = last, held + 1
            return False
        if len(self._told) >= _KEPT:
            self._told.clear()
        self._told[line] = now, 0
        record.repeated = held
        return True


def _tell_repetitions(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    if repeated := getattr(line.get("_record"), "repeated", 0):
        line["repeated"] = repeated
    return line


def _tell_exception(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    given = line.pop("exc_info", None)
    if given:
        error = given if isinstance(given, BaseException) else None
        error = error or (given[1] if isinstance(given, tuple) else sys.exc_info()[1])
        line["exception"] = list(story(error))
    return line


def _json_line(line: EventDict, **_options: object) -> str:
    return orjson.dumps(line, default=str).decode()
