internal import Glibc

extension ListeningSocket {
    /// What the environment says of descriptors that were handed over, as in sd_listen_fds(3).
    private static let names = (process: "LISTEN_PID", count: "LISTEN_FDS", labels: "LISTEN_FDNAMES")
    /// SD_LISTEN_FDS_START
    private static let first: Int32 = 3

    /// The sockets that systemd, or who does as it does, has opened for this process. They are there once: the environment
    /// of this process and of those that it starts does not tell of them any more.
    ///
    /// - Returns: none when nothing was handed over to this process.
    /// - Throws: ``ListenFailure/unusable(descriptor:_:)`` for what cannot be accepted from.
    public static func inherited() throws(ListenFailure) -> [ListeningSocket] {
        defer { for name in [names.process, names.count, names.labels] { unsetenv(name) } }
        guard number(names.process) == getpid(), let count = number(names.count), count > 0 else { return [] }
        var sockets: [ListeningSocket] = []
        for descriptor in first..<(first + min(count, 1024)) {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            sockets.append(try inherited(descriptor))
        }
        return sockets
    }

    private static func inherited(_ descriptor: Int32) throws(ListenFailure) -> ListeningSocket {
        guard let type = option(SO_TYPE, of: descriptor) else {
            throw .unusable(descriptor: descriptor, "is no socket")
        }
        guard type == streamType, let address = address(of: descriptor) else {
            throw .unusable(descriptor: descriptor, "is no stream socket of TCP or Unix; write it as ListenStream=")
        }
        guard option(SO_ACCEPTCONN, of: descriptor) == 1 else {
            throw .unusable(descriptor: descriptor, "is a connection and not listened on; write Accept=no")
        }
        // Whatever systemd chose, by default as much as the kernel allows.
        return ListeningSocket(descriptor: descriptor, address: address, backlog: .max, file: nil)
    }

    private static func option(_ option: Int32, of descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, option, &value, &length) == 0 ? value : nil
    }

    private static func number(_ name: String) -> Int32? {
        getenv(name).flatMap { Int32(String(cString: $0)) }
    }
}
