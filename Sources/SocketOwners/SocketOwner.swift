/// A process that holds a descriptor of a socket.
public struct SocketOwner: Hashable, Sendable {
    public let pid: Int32
    /// The process's name, at most 15 bytes; `/proc/PID/comm`.
    public let command: String
    public let descriptor: Int32

    public init(pid: Int32, command: String, descriptor: Int32) {
        self.pid = pid
        self.command = command
        self.descriptor = descriptor
    }
}
