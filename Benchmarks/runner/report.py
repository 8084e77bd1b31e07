"""Tables for people."""

from costs import Series
from ratios import Ratio


def milliseconds(series: Series) -> str:
    value = series.total * 1000
    text = f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"
    return ("> " if series.more_than is not None else "") + text


def table(rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for number, row in enumerate(rows):
        cells = [cell.ljust(width) if place == 0 else cell.rjust(width) for place, (cell, width) in enumerate(zip(row, widths))]
        lines.append("| " + " | ".join(cells) + " |")
        if number == 0:
            lines.append("|" + "|".join("-" * (width + 1) + (":" if place else "-") for place, width in enumerate(widths)) + "|")
    return "\n".join(lines)


def cost_table(bySize: dict[int, dict[str, Series]]) -> str:
    names = list(dict.fromkeys(name for series in bySize.values() for name in series))
    rows = [["CPU, ms"] + [f"{size}" for size in bySize]]
    for name in names:
        rows.append([name] + [milliseconds(series[name]) if name in series else "-" for series in bySize.values()])
    return table(rows)


def memory_table(bySize: dict[int, dict[str, Series]]) -> str:
    names = list(dict.fromkeys(name for series in bySize.values() for name, one in series.items() if one.peak))
    rows = [["peak RSS, MiB"] + [f"{size}" for size in bySize]]
    for name in names:
        rows.append([name] + [f"{series[name].peak / 2**20:.1f}" if name in series and series[name].peak else "-" for series in bySize.values()])
    return table(rows)


def ratio_table(bySize: dict[int, list[Ratio]]) -> str:
    names = list(dict.fromkeys(ratio.name for found in bySize.values() for ratio in found))
    rows = [["ratio"] + [f"{size}" for size in bySize]]
    for name in names:
        row = [name]
        for found in bySize.values():
            row.append(next((ratio.text() for ratio in found if ratio.name == name), "-"))
        rows.append(row)
    return table(rows)
