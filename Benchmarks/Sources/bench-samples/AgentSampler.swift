import Glibc
import SockDiag
import SockWatch

/// Samples as the agent takes them on schedule, from the request to the snapshot.
final class AgentSampler: SampleTaker {
    let way: Way
    private(set) var sockets = 0
    private var state: State

    init(_ way: Way, port: UInt16) throws {
        self.way = way
        let evidence = EvidenceSettings(isOn: way == .evidence, hasEvents: way == .evidence)
        state = State(
            dumper: try SocketDumper(),
            engine: Engine(plan: WatchPlan(ports: [WatchedPort(port: port)], evidence: evidence))
        )
    }

    func takeSample() throws {
        sockets = try state.sample().ports.reduce(0) { $0 + $1.tally.connections + $1.tally.listeners }
    }

    /// A value, as in the agent: a class would have each record's access to the engine checked.
    private struct State: ~Copyable {
        var dumper: SocketDumper
        var engine: Engine

        mutating func sample() throws(SockDiagError) -> Snapshot {
            engine.beginSample(.scheduled, at: .now)
            let query = SocketQuery(filter: engine.plan.filter, includesTCPInfo: engine.needsTCPInfo)
            try dumper.dump(query) { record in engine.add(record) }
            return engine.finishSample()
        }
    }
}

extension MonotonicInstant {
    fileprivate static var now: MonotonicInstant {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return MonotonicInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
