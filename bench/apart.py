"""Work in a process of its own, so that the load and what is loaded do not share a loop."""

import logging
import multiprocessing
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, ParamSpec, TypeVar

import structlog
import uvloop

P = ParamSpec("P")
T = TypeVar("T")

# Everything is imported once, in a process from which the others are then forked.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["bench.__main__"])


def start(
    work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
) -> Future[T]:
    """Begin *work* in a new process, which ends with it."""
    pool = ProcessPoolExecutor(1, mp_context=_CONTEXT)
    future = pool.submit(_run, work, args, kwargs)
    pool.shutdown(wait=False)
    return future


def run(work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do *work* in a new process, and wait for what it answers."""
    return start(work, *args, **kwargs).result()


def _run(
    work: Callable[..., Coroutine[Any, Any, T]], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> T:
    # The screen is for figures: what is expected of a beginning is not told there.
    logging.disable(logging.ERROR)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    return uvloop.run(work(*args, **kwargs))
