internal import SockDiag

/// Following one connection of a port from sample to sample.
extension PortState {
    /// - Parameter changesCounters: false for a sample that somebody asked for: it tells what is true now and counts
    ///   nothing.
    mutating func follow(
        _ record: borrowing SocketRecord,
        _ info: TCPInfo,
        _ entry: inout LedgerEntry,
        at now: MonotonicInstant,
        changesCounters: Bool
    ) {
        if let keepalive = LedgerEntry.Keepalive(record, info) { entry.keepalive = keepalive }
        if record.state == .established {
            let weight = Int(share.weight)
            liveness.add(record, info, heartbeat: heartbeats.interval, weight: weight)
            liveness.add(entry.keepalive, weight: weight)
        }
        guard changesCounters else { return }
        addTraffic(record, info, &entry)
        guard record.state == .established else { return }
        sendIdle.observe(Double(info.lastDataSent) / 1000)
        followWrites(record, info, &entry, at: now)
    }

    private mutating func addTraffic(
        _ record: borrowing SocketRecord,
        _ info: TCPInfo,
        _ entry: inout LedgerEntry
    ) {
        let written = (info.bytesAcked ?? 0) + UInt64(record.sendQueue)
        if entry.hasTotals {
            if written > entry.written { traffic.writtenBytes += (written - entry.written) * share.weight }
            traffic.retransmittedSegments += UInt64(info.totalRetransmits &- entry.retransmits) * share.weight
        }
        entry.written = written
        entry.retransmits = info.totalRetransmits
        entry.hasTotals = true
    }

    /// Compares writes. `tcpi_last_data_sent` tells the time of the last write only while nothing waits to be
    /// acknowledged: every retransmission resets it.
    private mutating func followWrites(
        _ record: borrowing SocketRecord,
        _ info: TCPInfo,
        _ entry: inout LedgerEntry,
        at now: MonotonicInstant
    ) {
        guard record.sendQueue == 0, info.unacked == 0, let sent = info.dataSegmentsOut, sent > 0 else { return }
        let segments = sent &- info.totalRetransmits
        let lastWrite = now.advanced(by: -Double(info.lastDataSent) / 1000)
        if entry.hasBaseline {
            let beats = segments &- entry.segments
            guard Int32(bitPattern: beats) > 0 else { return }
            heartbeats.close(
                gap: lastWrite.seconds(since: entry.lastWrite),
                beats: beats,
                isDisturbed: info.totalRetransmits != entry.retransmitsAtWrite,
                weight: share.weight
            )
        }
        entry.segments = segments
        entry.retransmitsAtWrite = info.totalRetransmits
        entry.lastWrite = lastWrite
        entry.hasBaseline = true
    }
}
