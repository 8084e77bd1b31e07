"""Everything side by side at one size: rounds in which each subject has its turn."""

import contextlib
import dataclasses
import sys

from costs import Series
from load import Load
from subjects import WATCHED_PORT, Exporter, Program, Samples


@dataclasses.dataclass
class Tools:
    """Where the programs are."""

    programs: str
    node_exporter: str | None


def compare(tools: Tools, connections: int, rounds: int, patience: int) -> dict[str, Series]:
    with contextlib.ExitStack() as stack:
        load = stack.enter_context(Load(tools.programs, connections))
        note(
            f"{connections} connections stand after {load.build_seconds:.1f} s, in {load.processes} processes;"
            f" {rounds} rounds"
        )
        samples = stack.enter_context(Samples(tools.programs))
        programs = [Program(tools.programs, name, command, patience) for name, command in commands(tools)]
        exporter = stack.enter_context(Exporter(tools.node_exporter)) if tools.node_exporter else None
        for _ in range(Samples.WARM_UP):
            load.beat()
            samples.measure()
        if exporter:
            for _ in range(Exporter.WARM_UP):
                exporter.measure()
        # They are what the narrowest bounds are set on, and cheap where noise is largest.
        samples_per_round = 4 if connections <= 50000 else 1
        for turn in range(rounds):
            for _ in range(samples_per_round):
                load.beat()
                samples.measure()
            if exporter:
                exporter.measure()
            for program in programs:
                if turn == 0 or not program.is_slow:
                    program.measure()
        every = [*samples.series.values(), *(program.series for program in programs)]
        return {series.name: series for series in every + ([exporter.series] if exporter else [])}


def commands(tools: Tools) -> list[tuple[str, list[str]]]:
    agent, port, of_port = f"{tools.programs}/sse-sockwatch", str(WATCHED_PORT), f"sport = :{WATCHED_PORT}"
    return [
        ("bench-floor", [f"{tools.programs}/bench-floor", port]),
        ("list", [agent, "list", "--port", port]),
        ("list --processes", [agent, "list", "--port", port, "--processes"]),
        ("ss -tn", ["ss", "-tn"]),
        ("ss -tn sport", ["ss", "-tn", of_port]),
        ("ss -tnp", ["ss", "-tnp"]),
        ("ss -tnp sport", ["ss", "-tnp", of_port]),
    ]


def note(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)
