/// A small server in another language, as applications have it: well behaved, or with a real leak.
public enum LabServer: String, CaseIterable, Sendable {
    /// Node, `allowHalfOpen: true`, never calls `end()`: leaks with an empty receive queue.
    case leakHalfOpen = "leak-half-open.js"
    /// Node, `pauseOnConnect: true`: the request and the end of the stream are never read.
    case leakPause = "leak-pause.js"
    /// Python, a thread per connection that waits for an event that never comes.
    case leakThread = "leak-thread.py"
    /// uvicorn: the request's body is larger than its buffer, and the application never receives it.
    case leakUvicorn = "leak-uvicorn.py"
    /// Node's http: an SSE stream with heartbeats that ends with its client.
    case streamNode = "sse-node.js"
    /// uvicorn with sse-starlette: the same.
    case streamStarlette = "sse-starlette.py"
    /// Python's asyncio: the same.
    case streamAsyncio = "sse-asyncio.py"
    /// Python's asyncio: closes every connection, but some time after its client has left.
    case lateClose = "late-close.py"
    /// Python: accepts thousands of connections and never looks at them again.
    case hold = "hold.py"

    /// Why the server cannot be run here, or nil if it can: for `.enabled(if:)`.
    public var unavailable: String? {
        LabInterpreter.unavailable(for: rawValue, package: package)
    }

    /// The package of Python that the server needs.
    private var package: String? {
        switch self {
        case .leakUvicorn: "uvicorn"
        case .streamStarlette: "sse_starlette"
        default: nil
        }
    }

    /// Starts the server inside the namespace and waits until it listens.
    ///
    /// - Parameters:
    ///   - port: 0 lets the kernel choose.
    ///   - arguments: what the server takes beside the port.
    public func start(
        in namespace: LabNamespace,
        port: UInt16 = 0,
        arguments: String...
    ) async throws -> RunningServer {
        let file = "\(LabScript.directory)/\(rawValue)"
        let process = try LabProcess(
            LabInterpreter.program(for: rawValue),
            [file, "\(port)"] + arguments,
            in: namespace
        )
        let line = try await process.waitForLine(containing: "listening ", within: .seconds(30))
        guard let word = line.split(separator: " ").last, let chosen = UInt16(word) else {
            throw LabError("\(rawValue) listens on no port: \(line)")
        }
        return RunningServer(process: process, port: chosen)
    }
}

/// A server that listens on 127.0.0.1 in its namespace. Ends with the last reference.
public struct RunningServer: Sendable {
    public let process: LabProcess
    public let port: UInt16

    /// Where clients connect to.
    public var endpoint: Endpoint { Endpoint("127.0.0.1", port) }
}

extension LabServer {
    /// Connects as a client of the server does: sends the request that a leaking server leaks on, and reads what there
    /// is to read. Closing with unread bytes would send a reset in place of a FIN.
    public func visit(at endpoint: Endpoint, in namespace: LabNamespace) throws -> RawSocket {
        let client = try namespace.connect(to: endpoint)
        try client.write(self == .leakUvicorn ? Self.largePost : Self.request)
        switch self {
        case .leakPause, .lateClose, .hold: break
        case .streamStarlette: try client.readUntil("data: hello")
        case .leakHalfOpen, .leakThread, .leakUvicorn, .streamNode, .streamAsyncio: try client.readUntil("hello\n\n")
        }
        return client
    }

    private static let request = "GET /events HTTP/1.1\r\nHost: test\r\nAccept: text/event-stream\r\n\r\n"
    private static let largePost =
        "POST /events HTTP/1.1\r\nHost: test\r\nContent-Length: 200000\r\n\r\n"
        + String(repeating: "x", count: 100_000)
}
