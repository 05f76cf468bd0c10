"""A stack taken apart: roles in processes of their own, behind wires that can be cut."""

import asyncio
import heapq
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count
from threading import Thread
from typing import Any, Self, TypeVar

from deploy.embedded import ports
from deploy.embedded.ports import LOOPBACK
from deploy.embedded.postgresql import Postgresql
from deploy.embedded.process import Child
from deploy.embedded.stack import ROOT, Stack, answers
from deploy.prepare import SERVICES
from tests.chaos.client import Client
from tests.chaos.proxy import Proxy
from tests.chaos.schedule import DOOR, KAFKA, POSTGRESQL, ROLES, Fault, Kind
from tests.chaos.watch import Hit, Watch
from tests.kit.frozen import frozen

T = TypeVar("T")
Undo = Callable[[], None]

_FIRST_PORT = 8121
_AIM = 1.5  # seconds that a fault waits for work to be in flight
_STARTS = 180.0  # five at once, beside a stack
_SERVES = 120.0


class Background:
    """An event loop in a thread of its own: who starts processes must be free to."""

    def __enter__(self) -> Self:
        self.loop = asyncio.new_event_loop()
        self._thread = Thread(target=self.loop.run_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.run(_end_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def call(self, act: Callable[[], object]) -> None:
        self.loop.call_soon_threadsafe(act)


async def _end_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Rig:
    """Beside the five processes of *stack*, one for each of `ROLES`; in a `with` statement."""

    def __init__(self, stack: Stack, background: Background) -> None:
        self._stack = stack
        self._background = background
        self._servers = {POSTGRESQL: stack.postgresql, KAFKA: stack.kafka}
        self._roles: dict[str, Child] = {}
        self._visitors: list[Child] = []
        self._names = count(1)
        self._ports = {role: ports.take(_FIRST_PORT + rank) for rank, role in enumerate(ROLES)}
        self._wires = {
            POSTGRESQL: Proxy(ports.take(_FIRST_PORT), stack.postgresql.port),
            KAFKA: Proxy(ports.take(_FIRST_PORT), stack.kafka.port, kafka=True),
            DOOR: Proxy(ports.take(_FIRST_PORT), self._ports["suivi api"]),
        }

    @property
    def door(self) -> str:
        """Where to post so that the wire can be cut."""
        return f"http://{LOOPBACK}:{self._wires[DOOR].port}"

    def __enter__(self) -> Self:
        for wire in self._wires.values():
            self._background.run(wire.start())
        try:
            for role in ROLES:
                self._spawn(role)
            for role in ROLES:
                url = f"http://{LOOPBACK}:{self._ports[role]}/pret"
                self._roles[role].wait_until(partial(answers, url), within=_STARTS)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        children = [*self._roles.values(), *self._visitors]
        for child in children:
            child.ask_to_stop()
        for child in children:
            child.stop()
        for wire in self._wires.values():
            self._background.run(wire.stop())

    def play(
        self, schedule: Sequence[Fault], watch: Watch, client: Client, tell: Callable[[Hit], None]
    ) -> list[Hit]:
        """Make every fault at its time and undo it; tell of each once the system serves again."""
        begun = time.monotonic()
        hits: list[Hit] = []
        untold: list[Hit] = []
        order = count()
        undoing: list[tuple[float, int, Undo]] = []
        to_come = deque(schedule)
        try:
            while to_come or undoing or self._awaits(watch, begun + schedule[-1].at + _SERVES):
                now = time.monotonic()
                if undoing and undoing[0][0] <= now:
                    heapq.heappop(undoing)[2]()
                elif to_come and begun + to_come[0].at <= now:
                    hit, undo = self._hit(to_come.popleft(), watch, client)
                    hits.append(hit)
                    untold.append(hit)
                    heapq.heappush(undoing, (hit.at + hit.fault.lasts, next(order), undo))
                else:
                    time.sleep(0.01)
                for hit in [hit for hit in untold if hit.served_after is not None]:
                    untold.remove(hit)
                    tell(hit)
        finally:
            for _, _, undo in undoing:
                undo()
        return hits

    def _awaits(self, watch: Watch, deadline: float) -> bool:
        return bool(watch.waiting) and time.monotonic() < deadline

    def fallen(self) -> list[str]:
        """The processes that ended by themselves, once all that was killed is back."""
        running = self._stack.services | self._roles
        return [name for name, child in running.items() if child.code is not None]

    def _hit(self, fault: Fault, watch: Watch, client: Client) -> tuple[Hit, Undo]:
        deadline = time.monotonic() + _AIM
        while not any(watch.in_flight(fault.target).values()) and time.monotonic() < deadline:
            time.sleep(0.005)
        hit = Hit(fault, time.monotonic(), watch.in_flight(fault.target))
        watch.waiting.append(hit)
        return hit, self._break(fault, client)

    def _break(self, fault: Fault, client: Client) -> Undo:
        target = fault.target
        match fault.kind:
            case Kind.KILL if target in self._servers:
                self._servers[target].kill()
                return self._servers[target].spawn
            case Kind.KILL if target in SERVICES:
                self._stack.services[target].kill()
                return lambda: self._stack.spawn_service(target)
            case Kind.KILL:
                self._roles[target].kill()
                return lambda: self._spawn(target)
            case Kind.FREEZE:
                freezing = ExitStack()
                freezing.enter_context(self._frozen(target))
                return freezing.close
            case Kind.VISIT:
                visitor = self._child(target, f"passage {next(self._names)}")
                self._visitors.append(visitor)
                return visitor.ask_to_stop
            case Kind.CUT:
                self._background.call(self._wires[target].cut)
            case Kind.REPEAT:
                self._background.call(client.repeat)
            case Kind.DISORDER:
                self._background.call(client.disorder)
        return _nothing

    @contextmanager
    def _frozen(self, target: str) -> Iterator[None]:
        server = self._servers.get(target)
        if isinstance(server, Postgresql):
            with frozen(server):
                yield
            return
        child = server.child if server else (self._roles | self._stack.services)[target]
        os.kill(child.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(child.pid, signal.SIGCONT)

    def _spawn(self, role: str) -> None:
        self._roles[role] = self._child(role, role.partition(" ")[2], self._ports[role])

    def _child(self, role: str, name: str, port: int = 0) -> Child:
        """A process of one role, which reaches its servers through the wires."""
        service, _, only = role.partition(" ")
        settings = self._stack.settings(service)
        there, here = f":{self._stack.postgresql.port}/", f":{self._wires[POSTGRESQL].port}/"
        for url in ("SC_DATABASE_URL", "SC_ACCESS_DATABASE_URL"):
            settings[url] = settings[url].replace(there, here)
        return Child(
            f"{service} {name}",
            [sys.executable, "-m", "kit.run", service, "--only", only],
            log=self._stack.run / "log" / f"{service}-{name.replace(' ', '-')}.log",
            env={
                **settings,
                "SC_KAFKA": f"{LOOPBACK}:{self._wires[KAFKA].port}",
                "SC_PORT": str(port),
                "OTEL_TRACES_EXPORTER": "none",
            },
            cwd=ROOT,
        )


def _nothing() -> None:
    """What lasted an instant is over by itself."""
