import Testing

@testable import SockDiag
@testable import SockWatch

/// What people read of each condition, word by word.
@Suite("What is told of each condition")
struct ConditionTextTests {
    /// A condition that holds on one side, what it means, and the numbers behind it.
    struct Telling: CustomTestStringConvertible, Sendable {
        let condition: PortCondition
        var side = WatchedPort.Side.server
        let meaning: String
        let sentence: String

        var testDescription: String { "\(condition.rawValue), \(side.rawValue)" }
    }

    @Test("is a sentence that says what it is and where it comes from, and its numbers", arguments: tellings)
    func golden(telling: Telling) throws {
        let port = try Self.port(telling.condition, telling.side)
        #expect(telling.condition.meaning(on: telling.side) == telling.meaning)
        #expect(port.holds(telling.condition))
        let sentences = port.findings.filter { $0.condition == telling.condition }.map(\.sentence)
        #expect(sentences == (telling.condition == .healthy ? [] : [telling.sentence]))
        print("\(telling.testDescription): \(telling.meaning) \(sentences.joined())")
    }

    @Test("covers every condition, and every one that has other words on the client's side")
    func coverage() {
        for condition in PortCondition.allCases {
            let sides = Set(Self.tellings.filter { $0.condition == condition }.map(\.side))
            let differs = condition.meaning(on: .client) != condition.meaning(on: .server)
            #expect(sides.contains(.server))
            #expect(sides.contains(.client) == (differs && condition != .reconnectStorm), "\(condition)")
        }
    }

    // swift-format-ignore
    static let tellings = [
        Telling(
            condition: .unknown,
            meaning: "Nothing is known about this port now, good or bad: the kernel does not answer the agent.",
            sentence: "The kernel has not answered yet."
        ),
        Telling(
            condition: .noListener,
            meaning: "Nobody can connect, because no process listens on this port: the server has crashed, has not "
                + "started, or listens elsewhere.",
            sentence: "Nobody listens on port 8080."
        ),
        Telling(
            condition: .closeWaitStuck,
            meaning: "Clients have hung up and the server does not close its side (CLOSE_WAIT): it forgets connections, "
                + "or hangs; it will run out of file descriptors.",
            sentence: "2 sockets have been in CLOSE_WAIT for more than 60 s, the oldest for 95 s: 1 accepted and never "
                + "closed, 1 never accepted."
        ),
        Telling(
            condition: .closeWaitStuck,
            side: .client,
            meaning: "Servers behind this machine have hung up and the program here does not close its side "
                + "(CLOSE_WAIT): it forgets connections, or hangs; it will run out of file descriptors.",
            sentence: "2 sockets have been in CLOSE_WAIT for more than 60 s, the oldest for 95 s: 1 never closed, 1 of "
                + "no process."
        ),
        Telling(
            condition: .closeWaitAccumulating,
            meaning: "Clients hang up faster than the server closes its side, so that such connections (CLOSE_WAIT) "
                + "become more and more: it leaks them, or is too busy.",
            sentence: "The floor of the CLOSE_WAIT count rose from 13 to 29 within 135 s, beside 0 ESTABLISHED."
        ),
        Telling(
            condition: .closeWaitAccumulating,
            side: .client,
            meaning: "Servers behind this machine hang up faster than the program here closes its side, so that such "
                + "connections (CLOSE_WAIT) become more and more: it leaks them, or is too busy.",
            sentence: "The floor of the CLOSE_WAIT count rose from 13 to 29 within 135 s, beside 0 ESTABLISHED."
        ),
        Telling(
            condition: .backlogged,
            meaning: "Clients that connect have to wait, and will soon be refused, because the server does not accept "
                + "them: it is overloaded, blocked, or out of file descriptors.",
            sentence: "The fullest accept queue is 100 % full: 129 connections wait, the limit is 128."
        ),
        Telling(
            condition: .halfOpen,
            meaning: "Clients are gone without a goodbye (no FIN or RST came), and the server still keeps their "
                + "connections: their network broke, or a firewall or NAT on the way forgot them.",
            sentence: "Clients that are gone without a FIN: 12 of 150, the longest for 95 s. 10 do not acknowledge data, "
                + "2 do not answer keepalive probes."
        ),
        Telling(
            condition: .halfOpen,
            side: .client,
            meaning: "Servers behind this machine are gone without a goodbye (no FIN or RST came), and the program here "
                + "still waits for them: a machine or a network broke, or a firewall or NAT on the way forgot them.",
            sentence: "Servers that are gone without a FIN: 12 of 150, the longest for 95 s. 10 do not acknowledge data, "
                + "2 do not answer keepalive probes."
        ),
        Telling(
            condition: .silent,
            meaning: "The server has stopped sending on connections that work: its heartbeat timer or its event loop "
                + "hangs, or heartbeat_interval is shorter than the server's own.",
            sentence: "Connections without a byte for more than 15 s: 20 of 150, the longest for 95 s. A heartbeat is due "
                + "every 10 s."
        ),
        Telling(
            condition: .silent,
            side: .client,
            meaning: "Servers behind this machine have stopped sending on connections that work: their heartbeats hang, "
                + "or the connections wait unused in a pool.",
            sentence: "Connections without a byte for more than 15 s: 20 of 150, the longest for 95 s. A heartbeat is due "
                + "every 10 s."
        ),
        Telling(
            condition: .reconnectStorm,
            meaning: "Clients that were cut off come back all at once and may overload the server: it was restarted, or "
                + "something on the way cuts connections.",
            sentence: "150 connections came back within 30 s, 5 per second, beside at most 150 ESTABLISHED."
        ),
        Telling(
            condition: .slowConsumers,
            meaning: "Clients read more slowly than the server writes, and what they have not taken fills this machine's "
                + "memory: their network or their program is too slow, or hangs.",
            sentence: "Clients that read too slowly: 12 of 150. 12000 bytes wait to be taken, 1000 of them on one "
                + "connection."
        ),
        Telling(
            condition: .slowConsumers,
            side: .client,
            meaning: "Servers behind this machine read more slowly than the program here writes: they are overloaded, or "
                + "hang.",
            sentence: "Servers that read too slowly: 12 of 150. 12000 bytes wait to be taken, 1000 of them on one "
                + "connection."
        ),
        Telling(
            condition: .drifting,
            meaning: "The server's own count of its connections is wrong: it forgets some that have ended, or never "
                + "counts some; do not trust its other numbers either.",
            sentence: "The server says that it has 100 connections; the kernel has 150."
        ),
        Telling(condition: .healthy, meaning: "Nothing is wrong that the kernel can see.", sentence: ""),
    ]

    /// A port in that condition.
    private static func port(_ condition: PortCondition, _ side: WatchedPort.Side) throws -> PortSnapshot {
        var engine = Engine.watching(
            WatchedPort(port: 8080, side: side, heartbeatInterval: 10),
            evidence: EvidenceSettings()
        )
        let listener = side == .server ? [SocketRecord.listener()] : []
        var snapshot = engine.abandonSample(at: .at(0), last: nil)
        switch condition {
        case .unknown: break
        case .noListener: snapshot = engine.sample([], at: 1)
        case .closeWaitStuck:
            let left = [(1, 7, 95_000), (2, 0, 61_000)] as [(UInt64, UInt32, UInt32)]
            snapshot = engine.sample(
                listener
                    + left.map {
                        .connection(.closeWait, cookie: $0, side: side, inode: $1, silentForMilliseconds: $2)
                    },
                at: 1
            )
        case .closeWaitAccumulating:
            for number in 0..<40 as Range<UInt64> {
                let left = (0...number).map { SocketRecord.connection(.closeWait, cookie: $0 + 1, side: side) }
                snapshot = engine.sample(listener + left, at: Double(number) * 5)
            }
        case .backlogged: snapshot = engine.sample([.listener(waiting: 129)], at: 1)
        case .reconnectStorm:
            engine.sample(listener + connections(1...150, side), at: 1)
            snapshot = engine.sample(listener + connections(1001...1150, side), at: 31)
        case .drifting:
            for second in 0...3 {
                snapshot = engine.sample(listener + connections(1...150, side), at: Double(second) * 5)
                engine.note(active: 100, ports: PortSet([8080]))
            }
        case .healthy, .halfOpen, .silent, .slowConsumers:
            snapshot = engine.sample(listener + connections(1...150, side, condition), at: 1)
        }
        return try #require(snapshot[8080])
    }

    private static func connections(
        _ cookies: ClosedRange<UInt64>,
        _ side: WatchedPort.Side,
        _ condition: PortCondition = .healthy
    ) -> [SocketRecord] {
        cookies.map { cookie in
            var record = SocketRecord.connection(.established, cookie: cookie, side: side)
            var fields = InfoFields()
            switch (condition, cookie) {
            case (.halfOpen, 1...10):
                (record.timer, record.sendQueue) = (.retransmit, 17)
                (fields.unacked, fields.backoff, fields.lastAckReceived) = (1, 5, 86_000 + UInt32(cookie) * 900)
            case (.halfOpen, 11...12):
                (record.timer, record.retransmits) = (.keepalive, 2)
                fields.lastAckReceived = 30_000
            case (.silent, 1...20):
                fields.lastDataSent = 75_000 + UInt32(cookie) * 1000
                fields.lastDataReceived = fields.lastDataSent
            case (.slowConsumers, 1...12):
                (record.timer, record.sendQueue) = (.zeroWindowProbe, 1000)
                fields.sendWindow = 0
            default: break
            }
            record.tcpInfo = fields.info
            return record
        }
    }
}
