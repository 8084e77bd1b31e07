import SockDiag
import Testing

@testable import SockWatch

@Suite("A port's tally")
struct PortTallyTests {
    @Test("each state is counted for itself", arguments: TCPState.connectionStates)
    func statesApart(state: TCPState) throws {
        var engine = Engine.watching()
        let records: [SocketRecord] = [.listener()] + (1...3).map { .connection(state, cookie: $0) }
        let tally = try #require(engine.sample(records, at: 0)[8080]).tally
        for other in TCPState.connectionStates { #expect(tally[other] == (other == state ? 3 : 0)) }
        #expect(tally.connections == 3)
    }

    @Test("all states at once keep their counts")
    func statesTogether() throws {
        var engine = Engine.watching()
        let records = TCPState.connectionStates.enumerated().flatMap { place, state in
            (0...place).map { SocketRecord.connection(state, cookie: UInt64(place * 100 + $0 + 1)) }
        }
        let tally = try #require(engine.sample(records, at: 0)[8080]).tally
        #expect(TCPState.connectionStates.map { tally[$0] } == Array(1...10))
        #expect(tally.connections == 55)
    }

    @Test("a listener is no connection, and its backlog is no queue of bytes")
    func listenersApart() throws {
        var engine = Engine.watching()
        let tally = try #require(
            engine.sample(
                [
                    .listener(waiting: 5, limit: 4096),
                    .connection(.established, cookie: 1, sendQueue: 300, receiveQueue: 20),
                ],
                at: 0
            )[8080]
        ).tally
        #expect(tally.listeners == 1)
        #expect(tally.acceptQueue == 5)
        #expect(tally.acceptQueueLimit == 4096)
        #expect(tally.connections == 1)
        #expect(tally.sendQueueBytes == 300)
        #expect(tally.sendQueueLargestBytes == 300)
        #expect(tally.receiveQueueBytes == 20)
    }

    @Test("listeners that share a port are added up, and the fullest queue is told")
    func severalListeners() throws {
        var engine = Engine.watching()
        let tally = try #require(
            engine.sample(
                [
                    .listener(cookie: 1, waiting: 0, limit: 99), .listener(cookie: 2, waiting: 50, limit: 99),
                    .listener(cookie: 3, waiting: 20, limit: 99),
                ],
                at: 0
            )[8080]
        ).tally
        #expect(tally.listeners == 3)
        #expect(tally.acceptQueue == 70)
        #expect(tally.acceptQueueLimit == 297)
        #expect(tally.acceptQueueFullest.ratio == 0.5)
    }

    @Test(
        "an accept queue is full with one connection more than its limit",
        arguments: [
            (128, 127, 127.0 / 129), (128, 128, 128.0 / 129), (128, 129, 1), (128, 200, 1), (0, 0, 0), (0, 1, 1),
        ] as [(UInt32, UInt32, Double)]
    )
    func ratio(limit: UInt32, waiting: UInt32, ratio: Double) throws {
        var engine = Engine.watching()
        let port = try #require(engine.sample([.listener(waiting: waiting, limit: limit)], at: 0)[8080])
        #expect(port.tally.acceptQueueFullest.ratio == ratio)
    }

    @Test("a slow reader shows as the largest send queue")
    func slowReader() throws {
        var engine = Engine.watching()
        let queues: [UInt32] = [0, 2_500_000, 17, 4096]
        let records = queues.enumerated().map {
            SocketRecord.connection(.established, cookie: UInt64($0.offset + 1), sendQueue: $0.element)
        }
        let tally = try #require(engine.sample(records, at: 0)[8080]).tally
        #expect(tally.sendQueueLargestBytes == 2_500_000)
        #expect(tally.sendQueueBytes == 2_504_113)
    }

    @Test("queues of many gigabytes do not overflow")
    func hugeQueues() throws {
        var engine = Engine.watching()
        let records = (1...3).map {
            SocketRecord.connection(.established, cookie: $0, sendQueue: .max, receiveQueue: .max)
        }
        let tally = try #require(engine.sample(records, at: 0)[8080]).tally
        #expect(tally.sendQueueBytes == 3 * UInt64(UInt32.max))
        #expect(tally.receiveQueueBytes == 3 * UInt64(UInt32.max))
    }

    @Test("a state that no kernel has yet is no connection and no crash", arguments: [0, 12, 13, 15, 16, 255])
    func unknownState(state: UInt8) throws {
        var engine = Engine.watching()
        let snapshot = engine.sample([.connection(TCPState(rawValue: state), cookie: 1)], at: 0)
        #expect(try #require(snapshot[8080]).tally.connections == 0)
    }

    @Test("a server's sockets are found by their local port, a client's by their remote port")
    func sides() throws {
        var engine = Engine(
            plan: WatchPlan(ports: [WatchedPort(port: 8080), WatchedPort(port: 9000, side: .client)])
        )
        let snapshot = engine.sample(
            [
                .connection(.established, cookie: 1, port: 8080, side: .server),
                .connection(.established, cookie: 2, port: 8080, side: .client),
                .connection(.established, cookie: 3, port: 9000, side: .client),
                .connection(.established, cookie: 4, port: 9000, side: .client),
                .connection(.established, cookie: 5, port: 9000, side: .server),
            ],
            at: 0
        )
        #expect(snapshot[8080]?.tally[.established] == 1)
        #expect(snapshot[9000]?.tally[.established] == 2)
    }

    @Test("both ends of one port are counted apart, and a socket with the port at both ends is the server's")
    func bothSides() {
        var engine = Engine(
            plan: WatchPlan(ports: [WatchedPort(port: 8080, side: .client), WatchedPort(port: 8080)])
        )
        var both = SocketRecord.connection(.established, cookie: 3)
        both.remote = both.local
        let snapshot = engine.sample(
            [
                .connection(.established, cookie: 1, side: .server),
                .connection(.closeWait, cookie: 2, side: .client), both,
            ],
            at: 0
        )
        let server = snapshot.ports.first { $0.watched.side == .server }
        let client = snapshot.ports.first { $0.watched.side == .client }
        #expect(server?.tally.connections == 2)
        #expect(client?.tally.connections == 1)
        #expect(client?.closeWait.entered == 1)
    }

    @Test("each sample counts anew")
    func anew() throws {
        var engine = Engine.watching()
        engine.sample([.listener(), .connection(.established, cookie: 1, sendQueue: 9)], at: 0)
        #expect(try #require(engine.sample([], at: 5)[8080]).tally == PortTally())
    }
}
