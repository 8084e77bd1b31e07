internal import Companion
internal import SockDiag
internal import SockWatch

/// From what was configured to what the parts of the agent take.
extension AgentConfiguration {
    var watchSource: WatchSource {
        guard !watches.isEmpty else {
            return .everyListener(defaults.thresholds, heartbeat: defaults.heartbeatInterval?.inSeconds)
        }
        return .configured(
            WatchPlan(
                ports: watches.flatMap { watch in
                    watch.ports.ranges.flatMap { range in
                        range.map { port in
                            WatchedPort(
                                port: port,
                                side: watch.side,
                                name: watch.name ?? "",
                                thresholds: watch.settings.thresholds,
                                heartbeatInterval: watch.settings.heartbeatInterval?.inSeconds
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
            processorShare: sampling.cpuBudgetPercent / 100,
            evidence: EvidenceSettings(
                sampleAbove: evidence.sampleAbove,
                trackedSocketsLimit: evidence.trackedSocketsLimit
            ),
            eventBufferBytes: evidence.eventBufferBytes,
            namespaces: namespaces
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
    var portLabel: String { ports.description }
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
        try CompanionTarget(
            id: id,
            url: CompanionURL(url),
            preset: preset,
            format: format,
            mapping: CompanionMapping(rules: metrics.mapValues { [$0] }),
            // What holds no certificate was refused when it was read.
            authorities: authorityFile.flatMap { CompanionAuthorities(pem: $0.pem) },
            timeout: timeout
        )
    }
}

extension Duration {
    var inSeconds: Double { self / .seconds(1) }
}
