"""Parser, ledger and encoder one by one."""

import json
import subprocess

import report
import system
from comparison import Tools
from load import Load
from subjects import WATCHED_PORT


def measure(tools: Tools) -> dict:
    figures = {}
    rows = [["ns each", "bytes each", "allocations", "of"]]
    with Load(tools.programs, 200000) as load:
        with subprocess.Popen(
            [f"{tools.programs}/bench-pieces", str(WATCHED_PORT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=system.end_with_parent,
        ) as process:
            for _ in range(7):
                load.beat()
                process.stdin.write("\n")
                process.stdin.flush()
                if process.stdout.readline() != "fed\n":
                    raise RuntimeError("bench-pieces has ended before its time")
            process.stdin.close()
            for line in process.stdout:
                one = json.loads(line)
                figures[one.pop("piece")] = one
        if process.returncode != 0:
            raise RuntimeError(f"bench-pieces has ended with {process.returncode}")
    for name, one in figures.items():
        size = "-" if one["bytes"] is None else f"{one['bytes']:.0f}"
        rows.append([name, f"{one['nanoseconds']:.0f}", size, str(one["allocations"]), str(one["count"])])
    report.show("piece", rows)
    return figures
