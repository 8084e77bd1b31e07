"""The connections that everything is measured with."""

import subprocess
import time

import system


class Load:
    """N connections in a network namespace of their own; this process is in there, too, while they stand.

    bench-load ends with its standard input, so nothing of it survives this process, whatever ends it.
    """

    def __init__(self, programs: str, connections: int) -> None:
        self._program = f"{programs}/bench-load"
        self.connections = connections
        self.build_seconds = 0.0
        self.processes = 0

    def __enter__(self) -> "Load":
        start = time.monotonic()
        self._outside = system.NetworkNamespace()
        self._process = subprocess.Popen(
            [self._program, str(self.connections)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            words = self._process.stdout.readline().split()
            if len(words) != 4 or words[0] != "ready":
                raise RuntimeError(f"bench-load could not make {self.connections} connections")
            self.processes = int(words[3])
            self.build_seconds = time.monotonic() - start
            # Closed at once: what keeps the namespace is its processes, and it goes with them.
            inside = system.NetworkNamespace(words[1])
            inside.enter()
            inside.close()
        except BaseException:
            self._end()
            raise
        return self

    def beat(self) -> None:
        """Has the next third of the watched connections carry a heartbeat, as between two samples 5 s apart."""
        self._process.stdin.write("beat\n")
        self._process.stdin.flush()
        if self._process.stdout.readline() != "beaten\n":
            raise RuntimeError("bench-load has ended before its time")

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        self._outside.enter()
        self._outside.close()
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
