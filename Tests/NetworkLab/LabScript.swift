/// A program of the laboratory that is not a server.
public enum LabScript: String, Sendable {
    /// Many clients at once. Arguments: port, how many connect, how many of them leave on SIGUSR1.
    case crowd = "crowd.py"
    /// Makes captures of netlink traffic. Arguments: `nlmon DEVICE FILE` or `messages RAW FILE`.
    case netlinkCapture = "netlink-capture.py"

    /// Starts it inside the namespace.
    public func start(in namespace: LabNamespace, _ arguments: String...) throws -> LabProcess {
        try LabProcess("python3", ["\(Self.directory)/\(rawValue)"] + arguments, in: namespace)
    }

    static let directory: String = {
        let file = #filePath
        return file.prefix(upTo: file.lastIndex(of: "/") ?? file.endIndex) + "/Servers"
    }()
}
