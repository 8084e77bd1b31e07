"""Tables for people, in Markdown."""

from collections.abc import Callable

from costs import Series
from ratios import Ratio


def table(rows: list[list[str]]) -> str:
    """The first row is the header, the first column are names, all else numbers."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rules = ["-" * widths[0]] + ["-" * (width - 1) + ":" for width in widths[1:]]
    lines = []
    for row in [rows[0], rules, *rows[1:]]:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def show(title: str, rows: list[list[str]]) -> None:
    """Prints a table; the title stands above the names."""
    print(table([[title, *rows[0]], *rows[1:]]), end="\n\n", flush=True)


def by_size(title: str, columns: dict[int, dict[str, str]]) -> str:
    """A column for each size, a row for each name that stands in any of them."""
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    header = [title, *(f"{size}" for size in columns)]
    return table([header, *([name, *(column.get(name, "-") for column in columns.values())] for name in names)])


def milliseconds(series: Series) -> str:
    value = series.total * 1000
    text = f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"
    return ("> " if series.more_than is not None else "") + text


def mebibytes(series: Series) -> str:
    return f"{series.peak / 2**20:.1f}" if series.peak else "-"


def costs(title: str, sizes: dict[int, dict[str, Series]], text: Callable[[Series], str]) -> str:
    return by_size(
        title,
        {
            size: {name: shown for name, one in series.items() if (shown := text(one)) != "-"}
            for size, series in sizes.items()
        },
    )


def ratios(sizes: dict[int, list[Ratio]]) -> str:
    return by_size("ratio", {size: {ratio.name: ratio.text() for ratio in found} for size, found in sizes.items()})
