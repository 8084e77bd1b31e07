internal import MetricsExport
internal import SockWatch

/// What was found out about connections one by one.
extension MetricsRenderer {
    mutating func writeEvidence() {
        // Zeros would be claims where the kernel's table does not tell.
        if observation.sample.shortcoming == nil { writeEvidenceOfPorts() }
        writer.family(MetricCatalogue.drift) { family in
            for drift in drifts { family.sample(drift.labels, drift.found.value) }
        }
        writer.family(MetricCatalogue.driftKernel) { family in
            for drift in drifts { family.sample(drift.labels, drift.found.kernel) }
        }
    }

    private mutating func writeEvidenceOfPorts() {
        writeHeartbeats()
        writeLiveness()
        write(MetricCatalogue.sendIdle) { family, labels, port in family.histogram(labels, port.evidence.sendIdle) }
        write(MetricCatalogue.retransmitted) { $0.evidence.traffic.retransmittedSegments }
        write(MetricCatalogue.written) { $0.evidence.traffic.writtenBytes }
        writeChurn()
        write(MetricCatalogue.evidenceShare) { family, labels, port in family.sample(labels, port.evidence.share) }
    }

    private mutating func writeHeartbeats() {
        let learned: RenderedLabels = ["source": "learned"]
        let configured: RenderedLabels = ["source": "configured"]
        write(MetricCatalogue.heartbeatInterval) { family, labels, port in
            guard let interval = port.evidence.heartbeats.interval else { return }
            family.sample(labels, and: port.evidence.heartbeats.isLearned ? learned : configured, interval)
        }
        write(MetricCatalogue.heartbeatsObserved) { $0.evidence.heartbeats.observed }
        write(MetricCatalogue.heartbeatsMissed) { $0.evidence.heartbeats.missed }
    }

    private mutating func writeLiveness() {
        write(MetricCatalogue.silent) { $0.evidence.liveness.silent }
        let retransmission: RenderedLabels = ["evidence": "retransmission"]
        let keepalive: RenderedLabels = ["evidence": "keepalive"]
        write(MetricCatalogue.halfOpen) { family, labels, port in
            family.sample(labels, and: retransmission, port.evidence.liveness.halfOpenByRetransmission)
            family.sample(labels, and: keepalive, port.evidence.liveness.halfOpenByKeepalive)
        }
        write(MetricCatalogue.blind) { $0.evidence.liveness.blind }
        write(MetricCatalogue.slowConsumers) { $0.evidence.liveness.slowConsumers }
        write(MetricCatalogue.localSendFailures) { $0.evidence.liveness.localSendFailures }
        let (on, off): (RenderedLabels, RenderedLabels) = (["keepalive": "on"], ["keepalive": "off"])
        let unknown: RenderedLabels = ["keepalive": "unknown"]
        write(MetricCatalogue.keepalive) { family, labels, port in
            family.sample(labels, and: on, port.evidence.liveness.keepaliveOn)
            family.sample(labels, and: off, port.evidence.liveness.keepaliveOff)
            family.sample(labels, and: unknown, port.evidence.liveness.keepaliveUnknown)
        }
    }

    private mutating func writeChurn() {
        write(MetricCatalogue.opened) { $0.evidence.churn.opened }
        write(MetricCatalogue.closed) { $0.evidence.churn.closed }
        write(MetricCatalogue.lifetime) { family, labels, port in
            family.histogram(labels, port.evidence.churn.lifetimes)
        }
        write(MetricCatalogue.idleAtClose) { family, labels, port in
            family.histogram(labels, port.evidence.churn.idleTimes)
        }
        write(MetricCatalogue.undelivered) { $0.evidence.churn.undeliveredBytes }
        write(MetricCatalogue.pathIdleTimeout) { family, labels, port in
            guard let timeout = port.evidence.churn.pathIdleTimeout else { return }
            family.sample(labels, timeout)
        }
    }
}
