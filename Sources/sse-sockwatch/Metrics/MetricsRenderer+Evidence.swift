internal import MetricsExport
internal import SockWatch

/// What was found out about connections one by one.
extension MetricsRenderer {
    mutating func writeEvidence() {
        writeHeartbeats()
        writeLiveness()
        writer.family(MetricCatalogue.sendIdle) { family in
            for port in ports { family.histogram(port.labels, port.snapshot.evidence.sendIdle) }
        }
        write(MetricCatalogue.retransmitted) { $0.evidence.traffic.retransmittedSegments }
        write(MetricCatalogue.written) { $0.evidence.traffic.writtenBytes }
        writeChurn()
        writer.family(MetricCatalogue.evidenceShare) { family in
            for port in ports { family.sample(port.labels, port.snapshot.evidence.share) }
        }
        writer.family(MetricCatalogue.drift) { family in
            for drift in drifts { family.sample(drift.labels, drift.found.value) }
        }
        writer.family(MetricCatalogue.driftKernel) { family in
            for drift in drifts { family.sample(drift.labels, drift.found.kernel) }
        }
    }

    private mutating func writeHeartbeats() {
        writer.family(MetricCatalogue.heartbeatInterval) { family in
            for port in ports {
                let heartbeats = port.snapshot.evidence.heartbeats
                guard let interval = heartbeats.interval else { continue }
                family.sample(port.labels.adding("source", heartbeats.isLearned ? "learned" : "configured"), interval)
            }
        }
        write(MetricCatalogue.heartbeatsObserved) { $0.evidence.heartbeats.observed }
        write(MetricCatalogue.heartbeatsMissed) { $0.evidence.heartbeats.missed }
    }

    private mutating func writeLiveness() {
        write(MetricCatalogue.silent) { $0.evidence.liveness.silent }
        write(MetricCatalogue.halfOpen, by: "evidence") { liveness in
            ["retransmission": liveness.halfOpenByRetransmission, "keepalive": liveness.halfOpenByKeepalive]
        }
        write(MetricCatalogue.blind) { $0.evidence.liveness.blind }
        write(MetricCatalogue.slowConsumers) { $0.evidence.liveness.slowConsumers }
        write(MetricCatalogue.localSendFailures) { $0.evidence.liveness.localSendFailures }
        write(MetricCatalogue.keepalive, by: "keepalive") { liveness in
            ["on": liveness.keepaliveOn, "off": liveness.keepaliveOff, "unknown": liveness.keepaliveUnknown]
        }
    }

    private mutating func write(
        _ descriptor: MetricDescriptor,
        by label: String,
        _ values: (LivenessTally) -> KeyValuePairs<String, Int>
    ) {
        writer.family(descriptor) { family in
            for port in ports {
                for (name, value) in values(port.snapshot.evidence.liveness) {
                    family.sample(port.labels.adding(label, name), value)
                }
            }
        }
    }

    private mutating func writeChurn() {
        write(MetricCatalogue.opened) { $0.evidence.churn.opened }
        write(MetricCatalogue.closed) { $0.evidence.churn.closed }
        writer.family(MetricCatalogue.lifetime) { family in
            for port in ports { family.histogram(port.labels, port.snapshot.evidence.churn.lifetimes) }
        }
        writer.family(MetricCatalogue.idleAtClose) { family in
            for port in ports { family.histogram(port.labels, port.snapshot.evidence.churn.idleTimes) }
        }
        write(MetricCatalogue.undelivered) { $0.evidence.churn.undeliveredBytes }
        writer.family(MetricCatalogue.pathIdleTimeout) { family in
            for port in ports {
                guard let timeout = port.snapshot.evidence.churn.pathIdleTimeout else { continue }
                family.sample(port.labels, timeout)
            }
        }
    }
}
