"""The agent for a long time under churn: flat memory, flat descriptors, and counts that are exact. See scripts/soak."""

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import time
import urllib.request

import system

SERVED, AGENT = 8080, 10047
SHOWN_EVERY = 10.0
# What memory may grow by between the second and the last quarter: pages of the allocator, and not a leak of a run.
MOST_GROWTH = 1 << 20


class Failure(Exception):
    """It could not be done."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20, help="how long it churns (20)")
    parser.add_argument("--rate", type=int, default=2000, help="connections a second that come and go (2000)")
    parser.add_argument("--stay", type=int, default=1000, help="connections that stay until the end (1000)")
    parser.add_argument("--interval", default="1s", help="the agent's sampling interval (1s)")
    given = parser.parse_args()
    if given.minutes <= 0 or given.rate < 1 or given.stay < 0:
        parser.error("--minutes, --rate and --stay are numbers above zero")
    return given


def set_loopback_up() -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with open("/proc/sys/net/ipv4/ip_local_port_range", "w", encoding="ascii") as setting:
        setting.write("10240 65535")


def start(*words: str, **more: object) -> subprocess.Popen:
    return subprocess.Popen(words, preexec_fn=system.end_with_parent, text=True, **more)


class Agent:
    """The agent, asked as Prometheus asks it."""

    def __init__(self, interval: str) -> None:
        # A file without a name, so that nothing has to be removed.
        file = os.memfd_create("configuration", 0)
        os.write(file, f"sampling: {{ interval: {interval} }}\nwatch: [{{ ports: [{SERVED}] }}]\n".encode())
        words = ["run", "--config.file", f"/proc/self/fd/{file}", "--web.listen-address", f"127.0.0.1:{AGENT}"]
        program = os.environ["SSE_SOCKWATCH_BINARY"]
        self.process = start(program, *words, "--log.level", "warn", pass_fds=[file])
        os.close(file)

    def scrape(self) -> dict[str, float]:
        if self.process.poll() is not None:
            raise Failure(f"the agent has ended with {self.process.returncode}")
        with urllib.request.urlopen(f"http://127.0.0.1:{AGENT}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        return {
            match[1].removeprefix("sse_sockwatch_"): float(match[2])
            for match in re.finditer(r"^(\w+)(?:\{port=\"8080\"\}|\{collector=\"sockets\"\})? (\S+)$", text, re.MULTILINE)
        }

    def await_ready(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                if self.scrape().get("samples_total", 0) >= 1:
                    return
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise Failure("the agent does not answer")
            time.sleep(0.1)

    def await_samples(self, count: int) -> dict[str, float]:
        target = self.scrape()["samples_total"] + count
        while (seen := self.scrape())["samples_total"] < target:
            time.sleep(0.2)
        return seen

    @property
    def resident(self) -> int:
        return system.memory(self.process.pid, "VmRSS")

    @property
    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


class Load:
    def __init__(self, rate: int, stay: int) -> None:
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "churn.py")
        words = [sys.executable, program, str(SERVED), str(rate), str(stay)]
        self._process = start(*words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._expect("listening")

    def tell(self) -> None:
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def _expect(self, word: str) -> list[str]:
        words = self._process.stdout.readline().split()
        if words[:1] != [word]:
            raise Failure("the load has ended before its time")
        return words

    def stop(self) -> tuple[int, int, float]:
        """How many were made, how many of them have gone, and in how many seconds."""
        self.tell()
        words = self._expect("made")
        return int(words[1]), int(words[3]), float(words[5])

    def end(self) -> None:
        self.tell()
        self._expect("ended")


def own_close_wait() -> set[str]:
    """The clients that have gone and whose sockets the agent has not closed. Each is there for a moment."""
    found = subprocess.run(
        ["ss", "-tnH", "state", "close-wait", "sport", "=", f":{AGENT}"], check=True, capture_output=True, text=True
    )
    return {line.split()[-1] for line in found.stdout.splitlines()}


def show(passed: float, agent: Agent, seen: dict[str, float]) -> None:
    print(
        f"{passed:7.0f} s  RSS {agent.resident / 2**20:6.2f} MiB  descriptors {agent.descriptors:3d}"
        f"  opened {seen['tcp_connections_opened_total']:11.0f}  closed {seen['tcp_connections_closed_total']:11.0f}"
        f"  lost {seen['netlink_events_lost_total']:.0f}  CLOSE_WAIT of its own {len(own_close_wait())}",
        flush=True,
    )


def churn(agent: Agent, seconds: float) -> tuple[list[int], list[int], int]:
    """Scrapes every second while connections come and go. What memory and descriptors were, and how many sockets of its
    own were in CLOSE_WAIT at two looks in a row."""
    begin = time.monotonic()
    resident, descriptors, held, before = [], [], 0, set()
    next_shown = 0.0
    while (passed := time.monotonic() - begin) < seconds:
        seen = agent.scrape()
        resident.append(agent.resident)
        descriptors.append(agent.descriptors)
        now = own_close_wait()
        held, before = held + len(now & before), now
        if passed >= next_shown:
            show(passed, agent, seen)
            next_shown += SHOWN_EVERY
        time.sleep(max(0.0, 1 - (time.monotonic() - begin - passed)))
    return resident, descriptors, held


def run(given: argparse.Namespace) -> list[str]:
    """What is not as it has to be."""
    set_loopback_up()
    load = Load(given.rate, given.stay)
    agent = Agent(given.interval)
    agent.await_ready()
    load.tell()
    resident, descriptors, held = churn(agent, given.minutes * 60)
    made, gone, seconds = load.stop()
    after = agent.await_samples(2)
    load.end()
    end = agent.await_samples(2)
    show(given.minutes * 60, agent, end)

    quarter = max(1, len(resident) // 4)
    growth = statistics.mean(resident[-quarter:]) - statistics.mean(resident[quarter : 2 * quarter] or resident)
    opened, closed = after["tcp_connections_opened_total"], after["tcp_connections_closed_total"]
    print(
        f"\n{made} connections made, {gone} of them gone, {gone / seconds:.0f} a second for {seconds:.0f} s\n"
        f"opened {opened:.0f}, closed {closed:.0f}; when all had ended, closed"
        f" {end['tcp_connections_closed_total']:.0f}; events lost {end['netlink_events_lost_total']:.0f}\n"
        f"RSS {min(resident) / 2**20:.2f} to {max(resident) / 2**20:.2f} MiB, from the second to the last quarter"
        f" {growth / 2**20:+.3f} MiB; descriptors {min(descriptors)} to {max(descriptors)}\n"
        f"samples {end['samples_total']:.0f}, failed {end['sample_failures_total']:.0f},"
        f" processor {end['process_cpu_seconds_total'] / seconds:.1%} of a core"
    )
    agent.process.send_signal(signal.SIGTERM)
    checks = [
        (opened == made, f"opened is {opened:.0f}, and {made} were made"),
        (closed == gone, f"closed is {closed:.0f}, and {gone} had gone"),
        (end["tcp_connections_closed_total"] == made, "closed is not all, though all have ended"),
        (gone >= 0.95 * given.rate * seconds, f"the load made only {gone / seconds:.0f} a second"),
        (growth < MOST_GROWTH, f"memory has grown by {growth / 2**20:.2f} MiB"),
        (descriptors[-1] <= descriptors[len(descriptors) // 4] + 2, "descriptors have grown"),
        (held == 0, "it held sockets of its own in CLOSE_WAIT"),
        (end["sample_failures_total"] == 0, "samples have failed"),
        (agent.process.wait(timeout=10) == 0, "it did not end with 0"),
    ]
    return [words for is_good, words in checks if not is_good]


def main() -> int:
    given = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    try:
        wrong = run(given)
    except (Failure, OSError, KeyError, subprocess.SubprocessError, KeyboardInterrupt) as error:
        print(f"soak: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    for words in wrong:
        print(f"soak: {words}", file=sys.stderr)
    if not wrong:
        print("flat, and exact")
    return 1 if wrong else 0


sys.exit(main())
