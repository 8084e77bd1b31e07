"""The whole agent: what it holds in memory, how fast it answers, how soon it does, what share of a core it takes."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time

import report
import system
from comparison import Tools, note
from load import Load
from subjects import WATCHED_PORT, await_http, get

PORT = 10047
WATCHED = ["--port", str(WATCHED_PORT)]
# All ports that the load has connections on, and enough without any to make fifty.
FIFTY_PORTS = [*WATCHED, "--port", "9001-9049"]
WATCHED_WITH_ALL = [*WATCHED, "--port", "9001-9020"]
COUNTING = ["--no-collector.evidence"]


class Agent:
    """The agent, running; it ends with the block, or with this process."""

    def __init__(self, tools: Tools, *arguments: str, waits: bool = True) -> None:
        self._command = [f"{tools.programs}/sse-sockwatch", "run", *arguments]
        self._command += ["--web.listen-address", f"127.0.0.1:{PORT}", "--log.level", "error"]
        self._waits = waits

    def __enter__(self) -> "Agent":
        self._process = subprocess.Popen(self._command, preexec_fn=system.end_with_parent)
        try:
            if self._waits:
                await_http(PORT, self._process, "/-/ready", 30)
        except BaseException:
            self.__exit__()
            raise
        return self

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def processor_seconds(self) -> float:
        return system.processor_seconds(self.pid)

    def memory(self) -> dict:
        return {name: system.memory(self.pid, f"Rss{name}") for name in ("Anon", "File")} | {
            "now": system.memory(self.pid, "VmRSS"),
            "peak": system.memory(self.pid, "VmHWM"),
        }

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def measure_all(tools: Tools, quick: bool, minutes: float | None) -> dict:
    figures = {"binary": binary(tools), "memory": memory(tools, quick)}
    figures["cold start"] = cold_start(tools)
    figures["scrapes"] = scrapes(tools)
    figures["under load"] = under_load(tools, 50000 if quick else 500000)
    figures["processor share"] = processor_share(tools, 15 if quick else 120)
    figures["growth"] = growth(tools, minutes or (0.25 if quick else 10))
    return figures


def mebibytes(size: float) -> str:
    return f"{size / 2**20:.1f}"


def binary(tools: Tools) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(f"{tools.programs}/sse-sockwatch", folder)
        whole = os.path.getsize(copy)
        subprocess.run(["strip", copy], check=True)
        stripped = os.path.getsize(copy)
    report.show("binary", [["MB"], ["stripped", f"{stripped / 1e6:.1f}"], ["as built", f"{whole / 1e6:.1f}"]])
    return {"stripped": stripped, "whole": whole}


def memory(tools: Tools, quick: bool) -> dict:
    large, middle = (100000, 50000) if quick else (500000, 200000)
    cases = [
        ("idle", 2, WATCHED),
        (f"counting, {large} connections", large, [*WATCHED, *COUNTING]),
        (f"evidence on {middle} sockets", middle, WATCHED_WITH_ALL),
    ]
    figures, rows = {}, [["now", "peak", "of it anonymous", "of it files"]]
    for name, connections, arguments in cases:
        with Load(tools.programs, connections) as load, Agent(tools, *arguments) as agent:
            for _ in range(3 if quick else 6):
                load.beat()
                get(PORT, "/metrics")
                time.sleep(1.1)
            one = figures[name] = agent.memory()
        rows.append([name, *(mebibytes(one[field]) for field in ("now", "peak", "Anon", "File"))])
    report.show("RSS, MiB", rows)
    return figures


def cold_start(tools: Tools) -> dict:
    """From the start of the process to the first answer that counts the connections."""
    counted = re.compile(rb'state="established"\} [1-9]')
    seconds = []
    with Load(tools.programs, 10000):
        for _ in range(11):
            start = time.monotonic()
            with Agent(tools, *WATCHED, waits=False):
                while True:
                    try:
                        if counted.search(get(PORT, "/metrics")):
                            break
                    except (OSError, RuntimeError):
                        pass
                    if time.monotonic() > start + 20:
                        raise RuntimeError("the agent does not count the connections")
                    time.sleep(0.001)
                seconds.append(time.monotonic() - start)
    seconds.sort()
    figures = {"median": seconds[len(seconds) // 2], "max": seconds[-1]}
    report.show("cold start at 10000", [["ms"], *([name, f"{value * 1000:.0f}"] for name, value in figures.items())])
    return figures


def scrape(tools: Tools, path: str, scrapers: int, requests: int, pause: int) -> dict:
    command = [f"{tools.programs}/bench-scrape", str(PORT), path, str(scrapers), str(requests), str(pause)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def scrapes(tools: Tools) -> dict:
    """Eight scrapers and fifty ports: in their own time, and as fast as they can."""
    figures, rows = {}, [["p50, ms", "p90", "p99", "max", "CPU each, ms", "KiB"]]
    with Load(tools.programs, 1000), Agent(tools, *FIFTY_PORTS) as agent:
        scrape(tools, "/metrics", 8, 20, 10)
        for name, requests, pause in [("every 100 ms", 100, 100), ("without a pause", 250, 0)]:
            before = agent.processor_seconds
            one = figures[name] = scrape(tools, "/metrics", 8, requests, pause)
            one["cpu"] = (agent.processor_seconds - before) / one["requests"]
            cells = [f"{one[field] * 1000:.2f}" for field in ("p50", "p90", "p99", "max", "cpu")]
            rows.append([f"8 scrapers, {name}", *cells, f"{one['bytes'] / 1024:.0f}"])
        figures["series"] = sum(not line.startswith(b"#") for line in get(PORT, "/metrics").splitlines())
        figures["memory"] = agent.memory()
    rows[0][-1] = f"KiB of {figures['series']} series"
    report.show("GET /metrics, 50 ports", rows)
    return figures


def under_load(tools: Tools, connections: int) -> dict:
    """What /-/healthy takes while scrapes have one dump after the other taken."""
    with Load(tools.programs, connections), Agent(tools, *WATCHED) as agent:
        quiet = scrape(tools, "/-/healthy", 2, 300, 10)
        stop = threading.Event()

        def keep_sampling() -> None:
            while not stop.is_set():
                get(PORT, "/metrics")
                stop.wait(1)

        thread = threading.Thread(target=keep_sampling)
        thread.start()
        try:
            busy = scrape(tools, "/-/healthy", 2, 600, 10)
        finally:
            stop.set()
            thread.join()
        slow = scrape(tools, "/metrics", 1, 5, 1200)
    rows = [["p50, ms", "p99", "max"]]
    for name, one in [("/-/healthy", quiet), ("while samples are taken", busy), ("/metrics with a sample", slow)]:
        rows.append([name, *(f"{one[field] * 1000:.2f}" for field in ("p50", "p99", "max"))])
    report.show(f"{connections} connections", rows)
    return {"quiet": quiet, "busy": busy, "metrics": slow, "connections": connections}


def processor_share(tools: Tools, seconds: float) -> dict:
    """At the default cadence with 100,000 watched connections, a third of which beats every five seconds; and how much
    of it four scrapes a minute are."""
    figures = {}
    with Load(tools.programs, 100000) as load:
        for name, scraped_every in [("without scrapes", None), ("a scrape every 15 s", 15)]:
            with Agent(tools, *WATCHED_WITH_ALL) as agent:
                time.sleep(5)
                before, start, turn = agent.processor_seconds, time.monotonic(), 0
                while time.monotonic() < start + seconds:
                    time.sleep(5)
                    turn += 1
                    load.beat()
                    if scraped_every and turn * 5 % scraped_every == 0:
                        get(PORT, "/metrics")
                share = (agent.processor_seconds - before) / (time.monotonic() - start)
                text = get(PORT, "/metrics").decode()
            interval = re.search(r"^sse_sockwatch_sample_interval_seconds (\S+)", text, re.M)
            figures[name] = {"share": share, "interval": float(interval.group(1)) if interval else None}
    rows = [["% of a core", "interval, s"]]
    for name, one in figures.items():
        rows.append([name, f"{one['share'] * 100:.2f}", f"{one['interval'] or 0:.1f}"])
    report.show("100000 connections", rows)
    return figures


def growth(tools: Tools, minutes: float) -> dict:
    """Memory over minutes of sampling and scraping, once it has settled."""
    seen = []
    with Load(tools.programs, 10000) as load, Agent(tools, *FIFTY_PORTS) as agent:
        start = time.monotonic()
        beat = start
        while time.monotonic() < start + minutes * 60:
            get(PORT, "/metrics")
            get(PORT, "/")
            get(PORT, "/api/v1/snapshot")
            if time.monotonic() > beat + 5:
                load.beat()
                beat = time.monotonic()
            seen.append((time.monotonic() - start, system.memory(agent.pid, "VmRSS")))
            time.sleep(0.2)
    points = [seen[int(len(seen) * share / 5)] for share in range(5)] + [seen[-1]]
    note(f"growth: {len(seen)} rounds of scrapes")
    report.show("RSS over time", [["MiB"], *([f"after {when:.0f} s", mebibytes(size)] for when, size in points)])
    return {"points": points, "rounds": len(seen)}
