internal import Glibc

extension NetworkNamespace {
    /// The network namespaces that processes are in, each with one of its processes. Those of processes that may not be
    /// looked at, which takes CAP_SYS_PTRACE for other users', are not among them, nor are those that only a thread is in.
    ///
    /// It costs about 3 µs for each process.
    ///
    /// - Parameter known: of these any process will do. Of others the oldest is found, which costs a read of `stat`.
    public static func heldByProcesses(known: Set<Identity> = []) -> [Identity: Int32] {
        var oldest: [Identity: (process: Int32, start: UInt64)] = [:]
        _ = ProcFile.forEachEntry(in: "/proc") { directory, name in
            guard let process = Int32(String(cString: name)), let identity = Identity(of: process, in: directory) else {
                return
            }
            guard !known.contains(identity) else {
                if oldest[identity] == nil { oldest[identity] = (process, 0) }
                return
            }
            let start = startTime(of: process)
            if let found = oldest[identity], found.start <= start { return }
            oldest[identity] = (process, start)
        }
        return oldest.mapValues(\.process)
    }

    /// When the process began, in clock ticks since the system did: field 22 of `/proc/PID/stat`. The name, which stands
    /// in parentheses, can hold anything.
    private static func startTime(of process: Int32) -> UInt64 {
        guard let text = ProcFile.text(of: "/proc/\(process)/stat"), let close = text.lastIndex(of: ")") else {
            return .max
        }
        let fields = text[text.index(after: close)...].split(separator: " ")
        return fields.count > 19 ? UInt64(fields[19]) ?? .max : .max
    }
}

extension NetworkNamespace.Identity {
    /// - Parameter directory: a descriptor of `/proc`.
    fileprivate init?(of process: Int32, in directory: Int32) {
        var status = stat()
        guard fstatat(directory, "\(process)/ns/net", &status, 0) == 0 else { return nil }
        self.init(status)
    }
}
