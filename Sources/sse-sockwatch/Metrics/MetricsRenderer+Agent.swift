internal import HostSystem
internal import MetricsExport

/// What the agent says of itself.
extension MetricsRenderer {
    /// The end of an exposition: what is true only at the moment of the answer. It is short, and rendered for each.
    ///
    /// - Parameter agent: nil when nothing is to be said of it.
    static func renderEnd(
        agent: AgentStatus?,
        format: ExpositionFormat,
        process: ProcessStatus? = .current()
    ) -> [UInt8] {
        var writer = ExpositionWriter(format: format, reservingCapacity: 4 << 10)
        if let agent {
            write(agent, into: &writer)
            if let process { write(process, into: &writer) }
        }
        return writer.finish()
    }

    private static func write(_ agent: AgentStatus, into writer: inout ExpositionWriter) {
        writer.family(MetricCatalogue.reloadSuccessful) { $0.sample(agent.lastReloadSucceeded ? 1 : 0) }
        writer.family(MetricCatalogue.reloadTimestamp) { $0.sample(agent.lastReloadSuccess.seconds) }
        writer.family(MetricCatalogue.requests) { family in
            for (code, count) in agent.answers.sorted(by: { $0.key < $1.key }) {
                family.sample(["code": String(code)], count)
            }
        }
        writer.family(MetricCatalogue.build) {
            $0.sample(["version": BuildVersion.number, "revision": BuildVersion.revision], 1)
        }
        guard let keepalive = KernelKeepalive.current() else { return }
        writer.family(MetricCatalogue.keepaliveTime) { $0.sample(keepalive.time) }
        writer.family(MetricCatalogue.keepaliveInterval) { $0.sample(keepalive.interval) }
        writer.family(MetricCatalogue.keepaliveProbes) { $0.sample(keepalive.probes) }
    }

    private static func write(_ process: ProcessStatus, into writer: inout ExpositionWriter) {
        writer.family(MetricCatalogue.processCPU) { $0.sample(process.processorSeconds) }
        writer.family(MetricCatalogue.processResident) { $0.sample(process.residentBytes) }
        writer.family(MetricCatalogue.processVirtual) { $0.sample(process.virtualBytes) }
        writer.family(MetricCatalogue.processOpenFDs) { $0.sample(process.openDescriptors) }
        if let limit = process.descriptorLimit { writer.family(MetricCatalogue.processMaxFDs) { $0.sample(limit) } }
        writer.family(MetricCatalogue.processStart) { $0.sample(process.start.seconds) }
    }
}
