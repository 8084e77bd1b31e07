"""The ratios that are promised, and their judgement. Absolute times say more of the machine than of the program."""

import dataclasses
import json

from costs import Series


@dataclasses.dataclass
class Ratio:
    name: str
    value: float
    # True where more is better.
    wants_more: bool
    # True when what was measured was given up, so that the value is a bound.
    is_bound: bool = False

    def text(self) -> str:
        return f"{'>' if self.is_bound else ''}{self.value:.2f}"

    def is_worse_than(self, threshold: float) -> bool:
        return self.value < threshold if self.wants_more else self.value > threshold


def ratios(series: dict[str, Series]) -> list[Ratio]:
    found = []

    def add(name: str, above: str, below: str, wants_more: bool) -> None:
        if above in series and below in series:
            bound = series[above].more_than is not None
            found.append(Ratio(name, series[above].total / series[below].total, wants_more, bound))

    add("counting / C loop", "counting", "floor", False)
    add("evidence / C loop with tcp_info", "evidence", "floor-info", False)
    counting = series["counting"]
    found.append(Ratio("user share of counting", counting.user / counting.total, False))
    add("node_exporter / counting", "node_exporter tcpstat", "counting", True)
    add("ss -tn sport / list", "ss -tn sport", "list", True)
    add("ss -tnp sport / list --processes", "ss -tnp sport", "list --processes", True)
    return found


class Thresholds:
    """What is committed in thresholds.json: for each size the worst ratio that passes."""

    def __init__(self, path: str) -> None:
        with open(path, encoding="utf-8") as file:
            self._bySize: dict[str, dict[str, float]] = json.load(file)

    def complaints(self, connections: int, found: list[Ratio]) -> dict[str, str]:
        """What is wrong, by the name of the ratio."""
        bounds = self._bySize.get(str(connections), {})
        missing = set(bounds) - {ratio.name for ratio in found}
        return {
            ratio.name: f"{connections} connections: {ratio.name} is {ratio.text()},"
            f" {'less' if ratio.wants_more else 'more'} than {bounds[ratio.name]}"
            for ratio in found
            if ratio.name in bounds and ratio.is_worse_than(bounds[ratio.name])
        } | {name: f"{connections} connections: {name} was not measured" for name in sorted(missing)}
