"""Logs: one JSON object a line on the standard output, ours and the libraries', with its trace."""

import logging
import sys

import orjson
import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.types import EventDict, Processor, WrappedLogger

from kit.observability.faults import story
from kit.observability.traces import current_traceparent, trace_id


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
                ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_json_line),
            ],
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for talkative in ("aiokafka", "faststream"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def _tell_exception(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    given = line.pop("exc_info", None)
    if given:
        error = given if isinstance(given, BaseException) else None
        error = error or (given[1] if isinstance(given, tuple) else sys.exc_info()[1])
        line["exception"] = list(story(error))
    return line


def _json_line(line: EventDict, **_options: object) -> str:
    return orjson.dumps(line, default=str).decode()
