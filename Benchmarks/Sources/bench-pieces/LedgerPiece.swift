import CHeapUse
import SockDiag
import SockWatch

/// The engine without the kernel: tally and ledger, from the records of one dump to the snapshot.
struct LedgerPiece {
    private let port: UInt16
    private let hasEvidence: Bool
    private var engine: Engine
    private var first: Figure?
    private var later: [Figure] = []
    private var count = 0
    private var bytes = 0
    private var now: Int64 = 1_000_000_000_000

    init(port: UInt16, hasEvidence: Bool) throws {
        self.port = port
        self.hasEvidence = hasEvidence
        let evidence = EvidenceSettings(isOn: hasEvidence, hasEvents: hasEvidence)
        engine = Engine(plan: WatchPlan(ports: [WatchedPort(port: port)], evidence: evidence))
    }

    /// Feeds the sockets of this moment.
    mutating func feed() throws {
        let records = try Self.records(port, includesTCPInfo: engine.needsTCPInfo)
        count = records.count
        let heapBefore = Self.heap
        now += 5_000_000_000
        let figure = Figure {
            engine.beginSample(.scheduled, at: MonotonicInstant(nanoseconds: now))
            for record in records { engine.add(record) }
            _ = engine.finishSample()
        }
        if first == nil {
            first = figure
            bytes = withExtendedLifetime(records) { Self.heap - heapBefore }
        } else {
            later.append(figure)
        }
    }

    func report() {
        let name = hasEvidence ? "ledger, evidence" : "ledger, counting"
        first?.report("\(name), first sample", count: count, bytes: Double(bytes) / Double(max(count, 1)))
        later.median?.report(name, count: count, bytes: nil)
    }

    private static func records(_ port: UInt16, includesTCPInfo: Bool) throws -> [SocketRecord] {
        var dumper = try SocketDumper()
        var records: [SocketRecord] = []
        let filter = PortFilter(local: PortSet([port]))
        try dumper.dump(SocketQuery(filter: filter, includesTCPInfo: includesTCPInfo)) { records.append(copy $0) }
        return records
    }

    /// Bytes in use, those of large blocks among them.
    private static var heap: Int { Int(heap_use_bytes()) }
}
