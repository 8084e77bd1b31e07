import Glibc
import NetworkLab

/// A server that leaves out heartbeats and knows which.
struct EvidenceBeats {
    enum Kind: CustomStringConvertible {
        /// Python's asyncio.
        case asyncio
        /// The same, with heartbeats only while nothing else is written.
        case idleOnly
        case node
        /// uvicorn and sse-starlette.
        case starlette
        /// Encrypted with the key and the certificate in this file.
        case asyncioTLS(LabFile)
        case nodeTLS(LabFile)

        var description: String {
            switch self {
            case .asyncio: "asyncio"
            case .idleOnly: "asyncio, when idle"
            case .node: "Node"
            case .starlette: "sse-starlette"
            case .asyncioTLS: "asyncio, TLS"
            case .nodeTLS: "Node, TLS"
            }
        }

        fileprivate var script: LabScript {
            switch self {
            case .asyncio, .idleOnly, .asyncioTLS: .beats
            case .node, .nodeTLS: .beatsNode
            case .starlette: .beatsStarlette
            }
        }

        fileprivate var word: String {
            switch self {
            case .asyncio, .node, .starlette: ""
            case .idleOnly: "idle"
            case .asyncioTLS(let file), .nodeTLS(let file): "tls:\(file.path)"
            }
        }
    }

    /// What it has done, by its own count.
    struct Truth {
        /// Heartbeats after the first of their connection.
        var written = 0.0
        /// Heartbeats left out between two that were written.
        var missed = 0.0
        /// By how many seconds the latest heartbeat was late.
        var latest = 0.0

        /// The share of heartbeats that was left out.
        var share: Double { missed / (written + missed) }

        mutating func add(_ other: Truth) {
            written += other.written
            missed += other.missed
            latest = max(latest, other.latest)
        }
    }

    /// Seconds between two heartbeats.
    static let interval = 0.2

    let kind: Kind
    /// The share of heartbeats that it means to leave out.
    let share: Double
    /// How many events it writes among them in a second, on each connection.
    let events: Double
    let process: LabProcess
    let port: UInt16

    init(
        _ kind: Kind = .asyncio,
        share: Double,
        events: Double = 0,
        port: UInt16 = 0,
        in namespace: LabNamespace
    ) async throws {
        self.kind = kind
        self.share = share
        self.events = events
        process = try kind.script.start(
            in: namespace,
            "\(port)",
            "\(Self.interval)",
            "\(share)",
            "\(events)",
            kind.word
        )
        self.port = try await process.listeningPort()
    }

    /// A key and a certificate of itself.
    static func makeCertificate(in namespace: LabNamespace) throws -> LabFile {
        let file = try LabFile()
        try namespace.run(
            "openssl",
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]
                + ["-subj", "/CN=lab", "-keyout", file.path, "-out", file.path]
        )
        return file
    }

    /// How readers are told to connect to it.
    var readersPort: String {
        switch kind {
        case .asyncioTLS, .nodeTLS: "tls:\(port)"
        default: "\(port)"
        }
    }

    /// The same again after its end.
    func restarted(in namespace: LabNamespace) async throws -> EvidenceBeats {
        try await EvidenceBeats(kind, share: share, events: events, port: port, in: namespace)
    }

    /// Lets it fall silent, and say what it did.
    func truth() async throws -> Truth {
        try process.signal(SIGUSR1)
        let words = try await process.waitForLine(containing: "truth ").split(separator: " ").dropFirst()
        let numbers = words.compactMap { Double($0) }
        guard numbers.count == 3 else { throw LabError("not the truth: \(words)") }
        return Truth(written: numbers[0], missed: numbers[1], latest: numbers[2])
    }
}
