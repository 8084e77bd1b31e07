/// A program of the laboratory that is not a server.
public enum LabScript: String, Sendable {
    /// Many clients at once. Arguments: port, how many connect, how many of them leave on SIGUSR1.
    case crowd = "crowd.py"
    /// Makes captures of netlink traffic. Arguments: `nlmon DEVICE FILE` or `messages RAW FILE`.
    case netlinkCapture = "netlink-capture.py"
    /// A server that leaves out heartbeats and knows which, with Python's asyncio. Arguments: port, interval, share left
    /// out, events a second among them, `idle` or `tls:FILE`.
    case beats = "beats.py"
    /// The same with Node's http; it does not know `idle`.
    case beatsNode = "beats.js"
    /// The same with uvicorn and sse-starlette, which do neither.
    case beatsStarlette = "beats-starlette.py"
    /// Clients that read for ever. Arguments: host, how many for each port, ports; `tls:` before a port for TLS.
    case readers = "readers.py"
    /// Clients that come back as EventSource does. Arguments: host, port, path, how many, seconds before they come back.
    case eventSources = "eventsource.py"
    /// Opens and closes connections on SIGUSR1. Argument: how many.
    case churn = "churn.py"
    /// A server's own numbers in JSON. Argument: how many connections it says are active.
    case says = "says.py"
    /// A server whose own number is late, and its clients. Arguments: seconds of lag, connections, swing, period.
    case lagging = "lagging.py"
    /// Servers whose numbers cannot be had, of all kinds. Argument: a folder for a certificate.
    case troubles = "troubles.py"
    /// Clients that hold their connections, and come back when turned out. Arguments: port, how many, `idle`, `slow` or
    /// `unread`.
    case swarm = "swarm.py"
    /// Starts a program to which the kernel has no sock_diag. Arguments: the program and its own.
    case withoutSockDiag = "without-sock-diag.py"
    /// Starts a program with sockets at descriptors 3 and up, as systemd does it. Arguments: `HOST:PORT`, a path,
    /// `datagram`, `connection` or `file` for each; `--`; the program and its own.
    case socketActivation = "socket-activation.py"
    /// Reads a JUnit report strictly, says its cases, and ends. Argument: the file.
    case junitRules = "junit-rules.py"

    /// Starts it inside the namespace.
    public func start(in namespace: LabNamespace, _ arguments: String...) throws -> LabProcess {
        try start(in: namespace, arguments)
    }

    /// The same with the arguments in a list.
    public func start(in namespace: LabNamespace, _ arguments: [String]) throws -> LabProcess {
        let program = LabInterpreter.program(for: rawValue)
        return try LabProcess(program, [path] + arguments, in: namespace)
    }

    /// Why it cannot be run here, or nil if it can: for `.enabled(if:)`.
    public var unavailable: String? {
        LabInterpreter.unavailable(for: rawValue, package: self == .beatsStarlette ? "sse_starlette" : nil)
    }

    /// For those that start it by other means.
    public var path: String { "\(Self.directory)/\(rawValue)" }

    static let directory: String = {
        let file = #filePath
        return file.prefix(upTo: file.lastIndex(of: "/") ?? file.endIndex) + "/Servers"
    }()
}
