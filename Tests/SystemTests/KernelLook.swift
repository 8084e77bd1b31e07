import HostSystem
import NetworkLab
import SockWatch

@testable import SockDiag

/// One look at a namespace by the agent's own parts, without its program around them.
struct KernelLook {
    let lines: SocketLines
    let snapshot: Snapshot
    let seconds: Double

    /// - Parameter walksBothFamilies: how the request is put; nil for what the agent finds out by itself.
    init(
        of namespace: LabNamespace,
        ports: some Sequence<UInt16>,
        walksBothFamilies: Bool? = nil,
        at instant: MonotonicInstant = MonotonicInstant(nanoseconds: MonotonicClock.nanoseconds)
    ) throws {
        let candidates = RequestDialect.candidates.filter {
            walksBothFamilies == nil || $0.walksBothFamilies == walksBothFamilies
        }
        var dumper = try namespace.perform { try SocketDumper(candidates: candidates) }
        var engine = Engine(plan: WatchPlan(ports: ports.map { WatchedPort(port: $0) }))
        var lines: [SocketLine] = []
        let start = MonotonicClock.nanoseconds
        engine.beginSample(.scheduled, at: instant)
        try dumper.dump(SocketQuery(filter: engine.plan.filter)) { record in engine.add(record) }
        snapshot = engine.finishSample()
        seconds = Double(MonotonicClock.nanoseconds - start) / 1e9
        try dumper.dump(SocketQuery()) { record in lines.append(SocketLine(record)) }
        self.lines = SocketLines(lines)
    }

    /// What the engine counted for each port, listeners included, without the states that have none.
    var states: [UInt16: [TCPState: Int]] {
        snapshot.ports.reduce(into: [:]) { states, port in
            let counted = TCPState.allKnown.map { ($0, port.tally[$0]) }.filter { $0.1 > 0 }
            states[port.watched.port] = Dictionary(uniqueKeysWithValues: counted)
        }
    }
}
