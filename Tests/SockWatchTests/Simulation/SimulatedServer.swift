import SockDiagTestKit

@testable import SockDiag
@testable import SockWatch

/// A server that writes heartbeats and events to its clients, skips some, and knows the truth of it.
struct SimulatedServer {
    struct Plan {
        enum Beats {
            /// From a timer of its own, whatever else is written.
            case fixed
            /// When nothing else was written for an interval.
            case whenIdle
            /// None at all.
            case none
        }

        var seed: UInt64 = 1
        var connections = 100
        var interval = 1.0
        var beats = Beats.fixed
        var skips = 0.0
        /// The size of a heartbeat; in TLS a record takes 22 bytes more.
        var heartbeatBytes = 17
        /// How many bytes more a heartbeat may have than the last one.
        var heartbeatJitter = 0...0
        /// Whether a heartbeat carries its connection's count of heartbeats in decimal.
        var hasCounter = false
        /// The size of a second kind of heartbeat, which follows each of the first kind in the middle of the interval.
        var secondKindBytes: Int?
        /// What else is written: so often per second and connection, in so many bytes.
        var eventRate = 0.0
        var eventBytes = 40...400
        /// Bytes written at the beginning of a connection.
        var greeting = [310]
        /// How much later than planned a timer fires, in seconds.
        var lateness = 0.0...0.0
        /// How much later than due the server writes a heartbeat when it is held up, which it is at every twentieth. The
        /// next is due as if it had not been.
        var holdUp = 0.0...0.0
        var roundTrip = 0.0002
        var outage: Range<Double>?
        var coalesces = false
        /// When all connections are cut and opened anew.
        var restartAt: Double?
        /// All heartbeats at the same moment, from one timer for all.
        var isBroadcast = false
    }

    private struct Connection {
        var socket: SimulatedSocket
        var nextBeat: Double
        /// By how much ``nextBeat`` is later than it was due.
        var heldUp = 0.0
        var nextEvent: Double
        var beats = 0
        var nextSecondKind = Double.infinity

        var next: Double { min(nextBeat, nextEvent, nextSecondKind) }
    }

    var plan: Plan
    private var generator: SeededGenerator
    private var connections: [Connection] = []
    private var nextCookie: UInt64 = 1
    /// The truth.
    private(set) var beaten = 0
    private(set) var skipped = 0
    private(set) var writtenBytes = 0
    private var isRestarted = false

    var missRatio: Double { Double(skipped) / Double(beaten + skipped) }

    init(_ plan: Plan) {
        self.plan = plan
        generator = SeededGenerator(seed: plan.seed)
        for _ in 0..<plan.connections { open(at: Double.random(in: 0..<plan.interval, using: &generator)) }
    }

    private mutating func random(_ range: ClosedRange<Double>) -> Double { .random(in: range, using: &generator) }

    private mutating func untilEvent() -> Double {
        plan.eventRate == 0 ? .infinity : -Double.log(1 - random(0...0.999_999)) / plan.eventRate
    }

    private mutating func open(at time: Double) {
        var socket = SimulatedSocket(
            cookie: nextCookie,
            openedAt: time,
            roundTrip: plan.roundTrip,
            outage: plan.outage,
            coalesces: plan.coalesces
        )
        nextCookie += 1
        for bytes in plan.greeting {
            socket.write(bytes, at: time)
            writtenBytes += bytes
        }
        let first = plan.isBroadcast ? (time / plan.interval).rounded(.up) * plan.interval : time + plan.interval
        connections.append(
            Connection(
                socket: socket,
                nextBeat: plan.beats == .none ? .infinity : first,
                nextEvent: time + untilEvent()
            )
        )
    }

    /// Lets the server live until then.
    mutating func advance(to time: Double) {
        if let restart = plan.restartAt, !isRestarted, restart <= time {
            run(to: restart)
            isRestarted = true
            connections = []
            for _ in 0..<plan.connections { open(at: restart + random(0...0.2)) }
        }
        run(to: time)
    }

    private mutating func run(to time: Double) {
        for index in connections.indices {
            while connections[index].next <= time { step(index) }
            connections[index].socket.advance(to: time)
        }
    }

    private mutating func step(_ index: Int) {
        let (beat, event) = (connections[index].nextBeat, connections[index].nextEvent)
        if let bytes = plan.secondKindBytes, connections[index].nextSecondKind < min(beat, event) {
            connections[index].socket.write(bytes, at: connections[index].nextSecondKind)
            writtenBytes += bytes
            connections[index].nextSecondKind = .infinity
            return
        }
        if event < beat {
            let bytes = Int.random(in: plan.eventBytes, using: &generator)
            connections[index].socket.write(bytes, at: event)
            writtenBytes += bytes
            connections[index].nextEvent = event + untilEvent()
            if plan.beats == .whenIdle {
                (connections[index].nextBeat, connections[index].heldUp) = (event + plan.interval, 0)
            }
            return
        }
        if random(0...1) < plan.skips {
            skipped += 1
        } else {
            beaten += 1
            connections[index].beats += 1
            let digits = plan.hasCounter ? "\(connections[index].beats)".count : 0
            let bytes = plan.heartbeatBytes + digits + Int.random(in: plan.heartbeatJitter, using: &generator)
            connections[index].socket.write(bytes, at: beat)
            writtenBytes += bytes
        }
        let due = beat - connections[index].heldUp + plan.interval + random(plan.lateness)
        connections[index].heldUp = plan.holdUp.upperBound > 0 && random(0...20) < 1 ? random(plan.holdUp) : 0
        connections[index].nextBeat = due + connections[index].heldUp
        if plan.secondKindBytes != nil { connections[index].nextSecondKind = beat + plan.interval / 2 }
    }

    func clientRecords(at time: Double) -> [SocketRecord] {
        connections.filter { $0.socket.openedAt <= time }.map { $0.socket.clientRecord(at: time) }
    }

    func records(at time: Double) -> [SocketRecord] {
        [.listener()] + connections.filter { $0.socket.openedAt <= time }.map { $0.socket.record(at: time) }
    }
}

extension Double {
    /// The natural logarithm, to some 12 digits: there is no mathematics library here.
    static func log(_ value: Double) -> Double {
        // value = significand * 2^exponent; the series of the area tangent converges fast for 1...2.
        let ratio = (value.significand - 1) / (value.significand + 1)
        var (sum, power) = (0.0, ratio)
        for odd in stride(from: 1.0, to: 40, by: 2) {
            sum += power / odd
            power *= ratio * ratio
        }
        return 2 * sum + Double(value.exponent) * 0.693_147_180_559_945_3
    }
}

extension Engine {
    /// Watches a simulated server for some seconds, and returns the last snapshot.
    ///
    /// - Parameter pace: the time from each sample to the next, from random numbers.
    static func watch(
        _ server: inout SimulatedServer,
        for seconds: Double,
        every pace: ClosedRange<Double>,
        interval: Double?,
        side: WatchedPort.Side = .server,
        _ each: (Double, PortSnapshot) -> Void = { _, _ in },
        before: (Double, inout SimulatedServer) -> Void = { _, _ in }
    ) throws -> PortSnapshot {
        var engine = Engine.watching(
            WatchedPort(port: 8080, side: side, heartbeatInterval: interval),
            trackedSocketsLimit: 100_000,
            evidence: EvidenceSettings()
        )
        var generator = SeededGenerator(seed: 99)
        var (time, last) = (2.0, nil as PortSnapshot?)
        while time <= seconds {
            before(time, &server)
            server.advance(to: time)
            let records = side == .server ? server.records(at: time) : server.clientRecords(at: time)
            let port = engine.sample(records, at: time)[8080]
            if let port { each(time, port) }
            last = port
            time += Double.random(in: pace, using: &generator)
        }
        guard let last else { throw NoSample() }
        return last
    }

    struct NoSample: Error {}
}

extension HeartbeatEvidence {
    var missRatio: Double { observed + missed == 0 ? 0 : Double(missed) / Double(observed + missed) }
}
