internal import MetricsExport
internal import SockWatch

/// What was found out about connections one by one.
extension MetricsRenderer {
    mutating func writeEvidence() {
        writeEvidenceOfPorts()
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
        writeFollowed(MetricCatalogue.sendIdle) { family, labels, port in
            family.histogram(labels, port.evidence.sendIdle)
        }
        writeFollowed(MetricCatalogue.retransmitted) { $0.evidence.traffic.retransmittedSegments }
        writeFollowed(MetricCatalogue.written) { $0.evidence.traffic.writtenBytes }
        writeChurn()
        writeFollowed(MetricCatalogue.evidenceShare) { family, labels, port in
            family.sample(labels, port.evidence.share)
        }
    }

    /// Writes a family of the ports whose connections are followed one by one. Of others zeros would be claims.
    @inline(__always)
    private mutating func writeFollowed(
        _ descriptor: MetricDescriptor,
        each body: (inout FamilyWriter, RenderedLabels, borrowing PortSnapshot) -> Void
    ) {
        write(descriptor) { family, labels, port in
            if port.evidence.followsConnections { body(&family, labels, port) }
        }
    }

    @inline(__always)
    private mutating func writeFollowed(
        _ descriptor: MetricDescriptor,
        _ value: (borrowing PortSnapshot) -> some FixedWidthInteger
    ) {
        writeFollowed(descriptor, each: { family, labels, port in family.sample(labels, value(port)) })
    }

    private mutating func writeHeartbeats() {
        let learned: RenderedLabels = ["source": "learned"]
        let configured: RenderedLabels = ["source": "configured"]
        writeFollowed(MetricCatalogue.heartbeatInterval) { family, labels, port in
            guard let interval = port.evidence.heartbeats.interval else { return }
            family.sample(labels, and: port.evidence.heartbeats.isLearned ? learned : configured, interval)
        }
        writeFollowed(MetricCatalogue.heartbeatsObserved) { $0.evidence.heartbeats.observed }
        writeFollowed(MetricCatalogue.heartbeatsMissed) { $0.evidence.heartbeats.missed }
    }

    private mutating func writeLiveness() {
        writeFollowed(MetricCatalogue.silent) { $0.evidence.liveness.silent }
        let retransmission: RenderedLabels = ["evidence": "retransmission"]
        let keepalive: RenderedLabels = ["evidence": "keepalive"]
        writeFollowed(MetricCatalogue.halfOpen) { family, labels, port in
            family.sample(labels, and: retransmission, port.evidence.liveness.halfOpenByRetransmission)
            family.sample(labels, and: keepalive, port.evidence.liveness.halfOpenByKeepalive)
        }
        writeFollowed(MetricCatalogue.blind) { $0.evidence.liveness.blind }
        writeFollowed(MetricCatalogue.slowConsumers) { $0.evidence.liveness.slowConsumers }
        writeFollowed(MetricCatalogue.localSendFailures) { $0.evidence.liveness.localSendFailures }
        let (on, off): (RenderedLabels, RenderedLabels) = (["keepalive": "on"], ["keepalive": "off"])
        let unknown: RenderedLabels = ["keepalive": "unknown"]
        writeFollowed(MetricCatalogue.keepalive) { family, labels, port in
            family.sample(labels, and: on, port.evidence.liveness.keepaliveOn)
            family.sample(labels, and: off, port.evidence.liveness.keepaliveOff)
            family.sample(labels, and: unknown, port.evidence.liveness.keepaliveUnknown)
        }
    }

    private mutating func writeChurn() {
        write(MetricCatalogue.opened) { family, labels, port in
            if port.evidence.countsChurn { family.sample(labels, port.evidence.churn.opened) }
        }
        write(MetricCatalogue.closed) { family, labels, port in
            if port.evidence.countsChurn { family.sample(labels, port.evidence.churn.closed) }
        }
        writeFollowed(MetricCatalogue.lifetime) { family, labels, port in
            family.histogram(labels, port.evidence.churn.lifetimes)
        }
        write(MetricCatalogue.idleAtClose) { family, labels, port in
            if port.evidence.hearsEnds { family.histogram(labels, port.evidence.churn.idleTimes) }
        }
        write(MetricCatalogue.undelivered) { family, labels, port in
            if port.evidence.hearsEnds { family.sample(labels, port.evidence.churn.undeliveredBytes) }
        }
        write(MetricCatalogue.pathIdleTimeout) { family, labels, port in
            guard port.evidence.hearsEnds, let timeout = port.evidence.churn.pathIdleTimeout else { return }
            family.sample(labels, timeout)
        }
    }
}
