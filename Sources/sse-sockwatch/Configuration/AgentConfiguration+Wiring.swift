internal import Companion
internal import SockDiag
internal import SockWatch

/// From what was configured to what the parts of the agent take.
extension AgentConfiguration {
    var watchSource: WatchSource {
        guard !watches.isEmpty else { return .everyListener(defaults.thresholds) }
        return .configured(
            WatchPlan(
                ports: watches.flatMap { watch in
                    watch.ports.ranges.flatMap { range in
                        range.map { port in
                            WatchedPort(
                                port: port,
                                side: watch.side == .server ? .server : .client,
                                name: watch.name ?? "",
                                thresholds: watch.settings.thresholds
                            )
                        }
                    }
                }
            )
        )
    }

    var samplerSettings: Sampler.Settings {
        Sampler.Settings(
            source: watchSource,
            interval: sampling.interval.inSeconds,
            processorShare: sampling.cpuBudgetPercent / 100
        )
    }

    /// One target for each watch that names a companion.
    ///
    /// - Throws: `CompanionMappingError` for what only the Companion target can judge.
    func companionSettings() throws(CompanionMappingError) -> CompanionPoller.Settings {
        var targets: [CompanionTarget] = []
        for watch in watches {
            guard let companion = watch.companion else { continue }
            targets.append(try companion.target(id: watch.portLabel))
        }
        return CompanionPoller.Settings(targets: targets, interval: sampling.interval.inSeconds)
    }
}

extension WatchConfiguration {
    /// What stands in the label `port` of what concerns the watch as a whole: `8080`, or `8080,9000-9003`.
    var portLabel: String { ports.texts.joined(separator: ",") }
}

extension WatchSettings {
    var thresholds: ConditionThresholds {
        ConditionThresholds(
            closeWaitStuckAfter: closeWaitStuckAfter.inSeconds,
            closeWaitWindow: closeWaitWindow.inSeconds
        )
    }
}

extension CompanionConfiguration {
    fileprivate func target(id: String) throws(CompanionMappingError) -> CompanionTarget {
        var rules: [CompanionValue: [CompanionRule]] = [:]
        for (value, metric) in metrics {
            guard let name = CompanionValue(rawValue: value.rawValue) else { continue }
            rules[name] = [try metric.rule()]
        }
        return try CompanionTarget(
            id: id,
            url: CompanionURL(url),
            preset: .named(preset),
            format: format.flatMap { CompanionFormat(rawValue: $0.rawValue) },
            mapping: CompanionMapping(rules: rules),
            timeout: timeout
        )
    }
}

extension CompanionConfiguration.Metric {
    fileprivate func rule() throws(CompanionMappingError) -> CompanionRule {
        var labels: [CompanionRule.Label] = []
        for (name, match) in self.labels.sorted(by: { $0.key < $1.key }) {
            switch match {
            case .equals(let text): labels.append(.init(name: name, value: .equal(text)))
            case .matches(let pattern): labels.append(.init(name: name, value: try .expression(pattern)))
            }
        }
        return CompanionRule(
            name: .equal(name),
            labels: labels,
            aggregate: aggregate.flatMap { CompanionAggregate(rawValue: $0.rawValue) },
            kind: kind.flatMap { CompanionKind(rawValue: $0.rawValue) }
        )
    }
}

extension Duration {
    var inSeconds: Double { self / .seconds(1) }
}
