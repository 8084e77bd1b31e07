import Dispatch
import SockDiag
import Synchronization

@testable import sse_sockwatch

/// A simulation of the kernel's table: it answers what the test has told it to, failures among them.
struct SimulatedTable: SocketTable {
    let script: TableScript
    var shortcoming: String? { script.shortcoming }

    mutating func dump(
        _ query: SocketQuery,
        willLook: () -> Void,
        visit: (borrowing SocketRecord) -> Void
    ) throws(SockDiagError) {
        try script.answer(query, visit)
    }
}

/// What simulated tables answer, and how often they were asked.
final class TableScript: Sendable {
    enum Answer {
        case sockets([SocketRecord])
        /// A dump that breaks after some sockets.
        case failure(SockDiagError, after: [SocketRecord])
    }

    private struct State {
        var answers: [Answer]
        var openings: [SockDiagError] = []
        var dumps = 0
        var looksAtListeners = 0
        var opened = 0
        var isHeld = false
    }

    private let state: Mutex<State>
    private let gate = DispatchSemaphore(value: 0)
    /// What the tables do not tell.
    let shortcoming: String?

    /// - Parameter answers: one after the other; the last one goes on for ever.
    init(_ answers: Answer..., shortcoming: String? = nil) {
        state = Mutex(State(answers: answers))
        self.shortcoming = shortcoming
    }

    /// Those of connections. A look at listeners alone is none, takes no time, and uses no answer up.
    var dumps: Int { state.withLock { $0.dumps } }
    var looksAtListeners: Int { state.withLock { $0.looksAtListeners } }
    var opened: Int { state.withLock { $0.opened } }

    func answer(with answers: Answer...) {
        state.withLock { $0.answers = answers }
    }

    /// The next openings fail.
    func refuseToOpen(_ errors: SockDiagError...) {
        state.withLock { $0.openings = errors }
    }

    /// From now on a dump takes until it is released.
    func hold() {
        state.withLock { $0.isHeld = true }
    }

    func release() {
        state.withLock { $0.isHeld = false }
        gate.signal()
    }

    var opening: KernelSampler.Opening {
        { () throws(SockDiagError) in
            let error: SockDiagError? = self.state.withLock { state in
                state.opened += 1
                return state.openings.isEmpty ? nil : state.openings.removeFirst()
            }
            if let error { throw error }
            return SimulatedTable(script: self)
        }
    }

    fileprivate func answer(_ query: SocketQuery, _ visit: (borrowing SocketRecord) -> Void) throws(SockDiagError) {
        let (answer, isHeld) = state.withLock { state in
            guard query.states != .listen else {
                state.looksAtListeners += 1
                return (state.answers[0], false)
            }
            state.dumps += 1
            let answer = state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
            return (answer, state.isHeld)
        }
        if isHeld { gate.wait() }
        let sockets =
            switch answer {
            case .sockets(let sockets), .failure(_, after: let sockets): sockets
            }
        for socket in sockets where query.states.contains(socket.state) {
            if query.filter.matches(localPort: socket.local.port, remotePort: socket.remote.port) { visit(socket) }
        }
        if case .failure(let error, _) = answer { throw error }
    }
}

extension SocketRecord {
    /// A socket of a server on this port.
    static func example(
        _ state: TCPState,
        port: UInt16 = 8080,
        cookie: UInt64 = 1,
        inode: UInt32 = 7
    ) -> SocketRecord {
        var record = SocketRecord(
            state: state,
            local: SocketEndpoint(address: IPAddress(ipv4: 0x7F00_0001), port: port),
            remote: SocketEndpoint(address: IPAddress(ipv4: 0x7F00_0001), port: 40_000),
            cookie: cookie
        )
        record.inode = inode
        if state == .listen { record.sendQueue = 127 }
        return record
    }
}

extension SockDiagError {
    static let ofTheMoment = SockDiagError(.interrupted, "simulated: the table changed")
    static let lasting = SockDiagError(.malformed, "simulated: nonsense")
}
