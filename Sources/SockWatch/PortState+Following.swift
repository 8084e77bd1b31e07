internal import SockDiag

/// Following one connection of a port from sample to sample.
extension PortState {
    /// - Parameters:
    ///   - look: when the kernel said this of it.
    ///   - isNew: whether the connection began since the last sample, so that all that it wrote counts.
    ///   - changesCounters: false for a sample that somebody asked for: it tells what is true now and counts nothing.
    mutating func follow(
        _ record: borrowing SocketRecord,
        _ info: TCPInfo,
        _ entry: inout LedgerEntry,
        at look: Look,
        isNew: Bool,
        changesCounters: Bool
    ) {
        if let keepalive = LedgerEntry.Keepalive(record, info) { entry.keepalive = keepalive }
        if record.state == .established {
            let weight = Int(share.weight)
            liveness.add(record, info, on: watched.side, heartbeat: heartbeats.evidence.interval, weight: weight)
            liveness.add(entry.keepalive, weight: weight)
        }
        guard changesCounters else { return }
        addTraffic(record, info, &entry, isNew: isNew)
        guard record.state == .established else { return }
        newSendIdle.observe(Double(info.serverSilence(seenFrom: watched.side)) / 1000, times: share.weight)
        // Whoever was held up while looking cannot say who else was late. The next look judges what this one leaves.
        guard look.uncertainty <= heartbeats.toleratedUncertainty else { return }
        switch watched.side {
        case .server: followWrites(record, info, &entry, at: look.instant)
        case .client: followReads(info, &entry, at: look.instant)
        }
    }

    private mutating func addTraffic(
        _ record: borrowing SocketRecord,
        _ info: TCPInfo,
        _ entry: inout LedgerEntry,
        isNew: Bool
    ) {
        let written = WrittenBytes.count(record, info)
        if entry.hasTotals || isNew {
            traffic.add(written: written, retransmits: info.totalRetransmits, since: entry, weight: share.weight)
        }
        if entry.hasTotals, watched.side == .server {
            let added = written > entry.written ? written - entry.written : 0
            entry.writtenSince = UInt32(clamping: added.clampedSum(UInt64(entry.writtenSince)))
            if info.totalRetransmits != entry.retransmits { entry.isDisturbed = true }
        }
        if record.timer == .zeroWindowProbe || info.notSentBytes ?? 0 > 0 { entry.isDisturbed = true }
        entry.written = max(written, entry.written)
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
        let last = now.advanced(by: -Double(info.lastDataSent) / 1000)
        if entry.chain == .none {
            entry.chain = .write
            entry.chainedAt = last
        } else {
            guard entry.writtenSince > 0 else { return }
            let writes = HeartbeatJudge.Writes(
                segments: Int32(bitPattern: segments &- entry.segments),
                bytes: entry.writtenSince,
                last: last
            )
            heartbeats.judge(writes, &entry, at: now, weight: share.weight)
        }
        entry.segments = segments
        entry.writtenSince = 0
        entry.isDisturbed = false
    }

    /// Compares what has come from the peer, which is what the other end sees as writes. `tcpi_last_data_recv` tells the
    /// time of the last segment that brought something new. Why a segment came late is not known here.
    private mutating func followReads(_ info: TCPInfo, _ entry: inout LedgerEntry, at now: MonotonicInstant) {
        guard let received = info.bytesReceived, let segments = info.dataSegmentsIn, segments > 0 else { return }
        let last = now.advanced(by: -Double(info.lastDataReceived) / 1000)
        let bytes = UInt32(truncatingIfNeeded: received)
        entry.isDisturbed = false
        if entry.chain == .none {
            entry.chain = .write
            entry.chainedAt = last
        } else {
            guard bytes != entry.receivedThere else { return }
            let writes = HeartbeatJudge.Writes(
                segments: Int32(bitPattern: segments &- entry.segments),
                bytes: bytes &- entry.receivedThere,
                last: last
            )
            heartbeats.judge(writes, &entry, at: now, weight: share.weight)
        }
        entry.segments = segments
        entry.receivedThere = bytes
    }
}
