internal import SockDiag

/// Finds a socket's watched port in constant time: one table for each side, a place for each port number.
struct PortIndex: Sendable {
    private static let none = UInt32.max
    private var local: [UInt32] = []
    private var remote: [UInt32] = []

    init(_ plan: WatchPlan) {
        for (place, watched) in plan.ports.enumerated() {
            switch watched.side {
            case .server: Self.set(watched.port, place, in: &local)
            case .client: Self.set(watched.port, place, in: &remote)
            }
        }
    }

    private static func set(_ port: UInt16, _ place: Int, in table: inout [UInt32]) {
        if table.isEmpty { table = [UInt32](repeating: none, count: 1 << 16) }
        table[Int(port)] = UInt32(place)
    }

    /// The place of the socket's port in the plan. A socket that matches on both sides is the server's.
    func place(local localPort: UInt16, remote remotePort: UInt16) -> Int? {
        if !local.isEmpty, local[Int(localPort)] != Self.none { return Int(local[Int(localPort)]) }
        if !remote.isEmpty, remote[Int(remotePort)] != Self.none { return Int(remote[Int(remotePort)]) }
        return nil
    }
}
