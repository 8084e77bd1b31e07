"""What things cost, in the same units: seconds of processor time, bytes of memory."""

import dataclasses
import statistics


@dataclasses.dataclass
class Cost:
    """One measurement."""

    user: float
    system: float
    peak: int = 0

    @property
    def total(self) -> float:
        return self.user + self.system


@dataclasses.dataclass
class Series:
    """The measurements of one thing at one size."""

    name: str
    costs: list[Cost] = dataclasses.field(default_factory=list)
    # What it cost the first time, where that is another thing than later.
    first: Cost | None = None
    # Set when it was given up: seconds of processor time that it had taken by then.
    more_than: float | None = None

    @property
    def total(self) -> float:
        return statistics.median(cost.total for cost in self.costs) if self.costs else self.more_than

    @property
    def user(self) -> float:
        return statistics.median(cost.user for cost in self.costs) if self.costs else 0.0

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles, as a share of the median."""
        if len(self.costs) < 4:
            return 0.0
        low, _, high = statistics.quantiles([cost.total for cost in self.costs], n=4)
        return (high - low) / 2 / self.total

    @property
    def peak(self) -> int:
        return max((cost.peak for cost in self.costs), default=0)

    def json(self) -> dict:
        return {
            "cpu": self.total,
            "user": self.user,
            "spread": round(self.spread, 4),
            "peak": self.peak,
            "rounds": len(self.costs),
            "first": self.first.total if self.first else None,
            "incomplete": not self.costs,
        }
