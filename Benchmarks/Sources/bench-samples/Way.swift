import SockDiag

/// The ways to take a sample that are set side by side.
enum Way: String, CaseIterable {
    /// The C loop: receive, parse, count.
    case floor
    /// The same with `tcp_info`.
    case floorInfo = "floor-info"
    /// The agent's, counting: only what is in CLOSE_WAIT is remembered.
    case counting
    /// The agent's, with `tcp_info` and a ledger of every socket.
    case evidence

    func sampler(port: UInt16) throws -> any SampleTaker {
        switch self {
        case .floor, .floorInfo: try FloorSampler(self, port: port)
        case .counting, .evidence: try AgentSampler(self, port: port)
        }
    }
}

/// Takes samples in one of the ways.
protocol SampleTaker {
    var way: Way { get }
    /// How many sockets the last sample counted.
    var sockets: Int { get }
    mutating func takeSample() throws
}
