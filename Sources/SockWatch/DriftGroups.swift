internal import SockDiag

/// What servers say of their connections, each held against all the ports that it speaks for.
struct DriftGroups: Sendable {
    private struct Group {
        let ports: PortSet
        /// Where they are in the plan.
        let places: [Int]
        var window = DriftWindow()
    }

    private var groups: [Group] = []

    /// - Parameters:
    ///   - active: nil when the server says nothing, or is asked no more.
    ///   - ports: those that it speaks for. What it says is not kept unless all of them are watched.
    ///   - asked: when it was asked. Nil: after the last sample.
    mutating func note(
        active: Double?,
        ports: PortSet,
        asked: MonotonicInstant?,
        plan: WatchPlan,
        states: [PortState]
    ) {
        let known = groups.firstIndex { $0.ports == ports }
        guard let active else {
            if let known { groups.remove(at: known) }
            return
        }
        guard let index = known ?? add(ports, plan) else { return }
        var sum: ClosedRange<Int>? = 0...0
        for place in groups[index].places {
            sum = states[place].open.counts(since: asked).flatMap { counts in
                sum.map { $0.lowerBound + counts.lowerBound...$0.upperBound + counts.upperBound }
            }
        }
        groups[index].window.note(active: active, counts: sum)
    }

    private mutating func add(_ ports: PortSet, _ plan: WatchPlan) -> Int? {
        guard let places = Self.places(ports, plan) else { return nil }
        groups.append(Group(ports: ports, places: places))
        return groups.count - 1
    }

    private static func places(_ ports: PortSet, _ plan: WatchPlan) -> [Int]? {
        let places = plan.ports.indices.filter {
            plan.ports[$0].side == .server && ports.contains(plan.ports[$0].port)
        }
        return !places.isEmpty && places.count == ports.count ? places : nil
    }

    /// Goes over to another plan. What was said of ports that are no longer watched is forgotten.
    mutating func adopt(_ next: WatchPlan) {
        groups = groups.compactMap { group in
            Self.places(group.ports, next).map { Group(ports: group.ports, places: $0, window: group.window) }
        }
    }

    mutating func finishSample(_ states: [PortState], isScheduled: Bool, at now: MonotonicInstant) {
        for index in groups.indices {
            let count = groups[index].places.reduce(0) { $0 + states[$1].tally.open }
            groups[index].window.finishSample(count: count, isScheduled: isScheduled, at: now)
        }
    }

    /// What is known, in the order of the ports.
    var latest: [PortDrift] {
        groups.compactMap { group in group.window.latest.map { PortDrift(ports: group.ports, drift: $0) } }
            .sorted { ($0.ports.cover?.lowerBound ?? 0) < ($1.ports.cover?.lowerBound ?? 0) }
    }

    /// The drift of the server that speaks for a port.
    func latest(at place: Int) -> Drift? {
        groups.first { $0.places.contains(place) }?.window.latest
    }

    /// A drift that has held, at the first of its ports alone: it is one finding, whichever of them it comes from.
    func held(at place: Int) -> PortDrift? {
        guard let group = groups.first(where: { $0.places.first == place }) else { return nil }
        return group.window.held.map { PortDrift(ports: group.ports, drift: $0) }
    }
}
