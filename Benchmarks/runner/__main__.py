"""The benchmarks. Started by scripts/bench, which builds what is measured."""

import argparse
import json
import os
import signal
import sys

import agent
import pieces
import report
from comparison import Tools, compare, note
from ratios import Thresholds, ratios


def sizes(text: str) -> list[int]:
    multiples = {"k": 1000, "m": 1000000}
    try:
        return [int(word.rstrip("kmKM")) * multiples.get(word[-1:].lower(), 1) for word in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no list of sizes: 1k,10k,200000") from None


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measures what it costs to know the sockets.")
    parser.add_argument(
        "what",
        nargs="?",
        default="compare",
        choices=["compare", "agent", "pieces"],
        help="compare: a sample and a listing beside what others pay (default); agent: the whole agent's memory,"
        " scrapes, start and processor share; pieces: parser, ledger, encoder one by one",
    )
    parser.add_argument("--quick", action="store_true", help="under two minutes: 10k connections, short observations")
    parser.add_argument("--sizes", type=sizes, help="connections: 1k,10k,50k,200k,500k")
    parser.add_argument("--rounds", type=int, help="measurements of each subject, 3 at least")
    parser.add_argument("--minutes", type=float, help="agent: how long its memory is watched")
    parser.add_argument("--patience", type=int, default=60, help="processor seconds after which a program is given up")
    parser.add_argument("--judge", action="store_true", help="exit with 1 when a ratio is worse than its threshold")
    parser.add_argument("--json", metavar="FILE", help="write the figures there, too")
    chosen = parser.parse_args()
    if chosen.rounds is not None and chosen.rounds < 3:
        parser.error("--rounds: a median needs 3 rounds at least")
    return chosen


def compare_all(chosen: argparse.Namespace, tools: Tools) -> tuple[dict, list[str]]:
    thresholds = Thresholds(os.environ["BENCH_THRESHOLDS"])
    costs, found, complaints = {}, {}, []
    for size in chosen.sizes or ([10000] if chosen.quick else [1000, 10000, 50000, 200000, 500000]):
        rounds = chosen.rounds or (25 if size <= 10000 else 9 if size <= 50000 else 5)
        costs[size] = compare(tools, size, rounds, chosen.patience)
        found[size] = ratios(costs[size])
        worse = thresholds.complaints(size, found[size])
        if worse and chosen.judge:
            # What is worse by the machine's mood alone is not so twice.
            note("; ".join(worse.values()) + "; measuring again")
            again = compare(tools, size, rounds, chosen.patience)
            confirmed = thresholds.complaints(size, ratios(again))
            worse = {name: complaint for name, complaint in confirmed.items() if name in worse}
        complaints += worse.values()
    print(report.costs("CPU, ms", costs, report.milliseconds), end="\n\n")
    print(report.costs("peak RSS, MiB", costs, report.mebibytes), end="\n\n")
    print(report.ratios(found), flush=True)
    figures = {
        size: {
            "costs": {name: series.json() for name, series in costs[size].items()},
            "ratios": {ratio.name: round(ratio.value, 4) for ratio in found[size]},
        }
        for size in costs
    }
    return figures, complaints


def main() -> int:
    chosen = arguments()
    # By way of the exits of all blocks, so that all that was started is ended. A shell has its background jobs ignore
    # interrupts; this one means itself.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    tools = Tools(os.environ["BENCH_PROGRAMS"], os.environ.get("BENCH_NODE_EXPORTER"))
    if not tools.node_exporter:
        note("node_exporter is left out: it could not be had")
    if chosen.what == "compare":
        figures, complaints = compare_all(chosen, tools)
    elif chosen.what == "agent":
        figures, complaints = agent.measure_all(tools, chosen.quick, chosen.minutes), []
    else:
        figures, complaints = pieces.measure(tools), []
    if chosen.json:
        with open(chosen.json, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=2)
            file.write("\n")
    for complaint in complaints:
        note(complaint)
    return 1 if complaints and chosen.judge else 0


try:
    sys.exit(main())
except (OSError, RuntimeError) as error:
    note(str(error))
    sys.exit(2)
