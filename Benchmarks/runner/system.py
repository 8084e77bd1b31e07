"""What Python's library does not offer of Linux: network namespaces, other processes' clocks, ends with the parent."""

import ctypes
import os
import signal
import time

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1


class NetworkNamespace:
    """A network namespace, held by a descriptor."""

    def __init__(self, task: str = "thread-self") -> None:
        self._descriptor = os.open(f"/proc/{task}/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    def enter(self) -> None:
        """Moves this thread, and what it starts from now on, into the namespace."""
        if _libc.setns(self._descriptor, _CLONE_NEWNET) != 0:
            error = ctypes.get_errno()
            raise OSError(error, f"cannot enter a network namespace: {os.strerror(error)}")

    def close(self) -> None:
        os.close(self._descriptor)


def end_with_parent() -> None:
    """For `preexec_fn`: the child is killed when its parent ends, however that ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def processor_seconds(pid: int) -> float:
    """What all threads of a process have run, those that have ended among them, to the nanosecond."""
    # CPUCLOCK_SCHED of a process; see clock_getcpuclockid(3).
    return time.clock_gettime((~pid << 3) | 2)


def memory(pid: int, field: str) -> int:
    """A size of /proc/PID/status in bytes: VmRSS is what the process has in memory, VmHWM the most it ever had."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {pid} has no {field}")
