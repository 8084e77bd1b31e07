"""What is measured: each subject costs something when its turn comes."""

import http.client
import json
import subprocess
import time

import system
from costs import Cost, Series

WATCHED_PORT = 8080


class Samples:
    """The C loop and the agent's samples, in turn inside one process."""

    WAYS = ["floor", "floor-info", "counting", "evidence"]
    # The first sample fills the ledger, the second grows it, and so on.
    WARM_UP = 3

    def __init__(self, programs: str, ways: list[str] = WAYS) -> None:
        self._command = [f"{programs}/bench-samples", str(WATCHED_PORT), *ways]
        self._rounds = 0
        self.series = {way: Series(way) for way in ways}

    def __enter__(self) -> "Samples":
        self.process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=system.end_with_parent,
        )
        return self

    def measure(self) -> None:
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError("bench-samples has ended before its time")
            answer = json.loads(line)
            if "round" in answer:
                break
            user, total = answer["user"] / 1e9, answer["cpu"] / 1e9
            cost, series = Cost(user, total - user), self.series[answer["way"]]
            if self._rounds == 0:
                series.first = cost
            if self._rounds >= self.WARM_UP:
                series.costs.append(cost)
        self._rounds += 1

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.kill()
        self.process.wait()


class Program:
    """A program from its start to its end."""

    def __init__(self, programs: str, name: str, command: list[str], patience: int) -> None:
        self._command = [f"{programs}/bench-spent", str(patience), *command]
        self.series = Series(name)

    def measure(self) -> None:
        done = subprocess.run(self._command, stdout=subprocess.PIPE, text=True, check=True)
        answer = json.loads(done.stdout)
        if answer["killed"]:
            self.series.more_than = answer["user"] + answer["system"]
        elif answer["status"] != 0:
            raise RuntimeError(f"{self.series.name} has ended with status {answer['status']}")
        else:
            self.series.costs.append(Cost(answer["user"], answer["system"], answer["peak"]))

    @property
    def is_slow(self) -> bool:
        """Whether once is enough: it takes longer than all else together."""
        return self.series.more_than is not None or self.series.total > 2


class Exporter:
    """Debian's node_exporter with nothing but its tcpstat collector: one scrape."""

    PORT = 9100
    WARM_UP = 2

    def __init__(self, program: str) -> None:
        self._program = program
        self._rounds = 0
        self.series = Series("node_exporter tcpstat")

    def __enter__(self) -> "Exporter":
        self._process = subprocess.Popen(
            [
                self._program,
                "--collector.disable-defaults",
                "--collector.tcpstat",
                "--web.disable-exporter-metrics",
                f"--web.listen-address=127.0.0.1:{self.PORT}",
                "--log.level=error",
            ],
            preexec_fn=system.end_with_parent,
        )
        await_http(self.PORT, self._process)
        return self

    def measure(self) -> None:
        before = system.processor_seconds(self._process.pid)
        body = get(self.PORT, "/metrics")
        spent = system.processor_seconds(self._process.pid) - before
        if b"node_tcp_connection_states" not in body:
            raise RuntimeError("node_exporter does not tell of TCP connections")
        self._rounds += 1
        if self._rounds > self.WARM_UP:
            # Its clock does not tell user from system time.
            self.series.costs.append(Cost(0, spent, system.memory(self._process.pid, "VmHWM")))

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def get(port: int, path: str, timeout: float = 120) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"port {port}{path} answers {answer.status}")
        return body
    finally:
        connection.close()


def await_http(port: int, process: subprocess.Popen, path: str = "/", seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            get(port, path)
            return
        except (OSError, http.client.HTTPException, RuntimeError):
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.002)
