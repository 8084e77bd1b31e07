import Glibc
import Synchronization

/// A network namespace of the test's own: no other process's sockets are in it, and it goes with the test.
///
/// It has a loopback interface that is up, with 127.0.0.1 and ::1. The namespace is removed by ``remove()``, or with the
/// last reference; sockets, processes and threads of the laboratory hold it as long as they need it.
///
/// ```swift
/// let namespace = try LabNamespace()
/// let listener = try namespace.listen()
/// let client = try namespace.connect(to: listener)
/// ```
public final class LabNamespace: Sendable {
    /// The name under /run/netns, for `ip -n NAME` and `ip netns exec NAME`.
    public let name: String

    /// The file that `setns` and `--network-namespace` want.
    public var path: String { "\(Self.directory)/\(name)" }

    static let directory = "/run/netns"

    private let exists = Mutex(true)

    /// Makes the namespace.
    ///
    /// - Parameter addresses: more addresses for the loopback interface, as `ip address add` takes them
    ///   ("192.0.2.1/32", "2001:db8::1/128").
    public init(addresses: [String] = []) throws {
        if let reason = Self.unavailable { throw LabError("no network namespace: \(reason)") }
        name = LabNamespaceName.next()
        try Command.run("ip", "netns", "add", name)
        // If one of these throws, the namespace is removed again by deinit.
        try Command.run("ip", "-n", name, "link", "set", "lo", "up")
        for address in addresses {
            // nodad: an IPv6 address can be bound at once, not after a second of duplicate detection.
            let extra = address.contains(":") ? ["nodad"] : []
            try Command.run(["ip", "-n", name, "address", "add", address, "dev", "lo"] + extra)
        }
    }

    deinit {
        try? remove()
    }

    /// Removes the namespace's name. The kernel frees the namespace when the last socket and process in it are gone.
    /// Does nothing the second time.
    public func remove() throws {
        let first = exists.withLock { exists in
            defer { exists = false }
            return exists
        }
        if first { try Command.run("ip", "netns", "delete", name) }
    }

    /// Runs `body` on a thread that is inside the namespace: sockets that it opens, netlink ones too, belong to the
    /// namespace for their whole life, whichever thread uses them later.
    ///
    /// Blocks the calling thread until `body` has ended, so `body` should open and return, not wait.
    public func perform<Value: ~Copyable>(_ body: () throws -> Value) throws -> Value {
        try onThread(inNamespaceAt: path, body)
    }

    /// Runs a program inside the namespace to its end, and returns what it wrote to its standard output.
    ///
    /// - Throws: ``LabError`` with the program's standard error if it did not exit with 0.
    @discardableResult
    public func run(_ program: String, _ arguments: String...) throws -> String {
        try run(program, arguments)
    }

    /// The same with the arguments in a list.
    @discardableResult
    public func run(_ program: String, _ arguments: [String]) throws -> String {
        try Command.run([program] + arguments, in: self)
    }

    /// Why namespaces cannot be made here, or nil if they can: for `.enabled(if:)`.
    public static let unavailable: String? = {
        if geteuid() != 0 { return "not root" }
        LabNamespaceName.removeStale()
        let probe = LabNamespaceName.next()
        do {
            try Command.run("ip", "netns", "add", probe)
            try Command.run("ip", "netns", "delete", probe)
            return nil
        } catch {
            return "\(error)"
        }
    }()
}
