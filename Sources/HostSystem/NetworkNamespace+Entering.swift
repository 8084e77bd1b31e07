internal import CHostSystem
internal import Glibc

extension NetworkNamespace {
    /// Tells namespaces apart: two that are equal are the same one under different names.
    ///
    /// It holds while the namespace lives. The kernel gives the number of one that has gone to another.
    public struct Identity: Hashable, Sendable {
        /// The device and the inode of the namespace's file, which the kernel keeps on a file system of its own.
        public let device: UInt64
        public let inode: UInt64

        /// Whether the calling thread is in the namespace.
        public var isOfCallingThread: Bool {
            var status = stat()
            return stat("/proc/thread-self/ns/net", &status) == 0 && self == Identity(status)
        }

        init(_ status: stat) {
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
        }
    }

    /// Which namespace this is now. The corresponding C functions are `open` and `fstat`.
    ///
    /// - Throws: ``NetworkNamespaceError``. For a process of another user it takes CAP_SYS_PTRACE.
    public func identity() throws(NetworkNamespaceError) -> Identity {
        try OpenNamespace(self).identity
    }

    /// Runs `body` inside the namespace: sockets that it opens, netlink ones too, belong to the namespace for their
    /// whole life, whichever thread uses them later.
    ///
    /// ```swift
    /// let dumper = try NetworkNamespace.named("blue").run { () throws(SockDiagError) in try SocketDumper() }.get()
    /// ```
    ///
    /// `body` runs on a thread that is made for it and ends with it, because `setns` moves the calling thread; the
    /// caller is blocked meanwhile, so `body` should open and return. When the calling thread is in the namespace
    /// already, `body` runs on it, and no privilege is needed.
    ///
    /// - Returns: what `body` returned or threw.
    /// - Throws: ``NetworkNamespaceError`` when `body` was not run. Entering takes CAP_SYS_ADMIN.
    public func run<Value: ~Copyable, Failure: Error>(
        _ body: () throws(Failure) -> Value
    ) throws(NetworkNamespaceError) -> Result<Value, Failure> {
        let target = try OpenNamespace(self)
        if target.identity.isOfCallingThread { return Self.result(of: body) }
        var outcome: Result<Value, Failure>?
        var number: Int32 = 0
        withoutActuallyEscaping({
            if chs_enter_network_namespace(target.descriptor) == 0 {
                outcome = Self.result(of: body)
            } else {
                number = errno
            }
        }) { number = Self.runOnNewThread($0) ?? number }
        guard let outcome = outcome.take() else { throw NetworkNamespaceError(entering: self, number) }
        return outcome
    }

    private static func result<Value: ~Copyable, Failure: Error>(
        of body: () throws(Failure) -> Value
    ) -> Result<Value, Failure> {
        do throws(Failure) {
            return .success(try body())
        } catch {
            return .failure(error)
        }
    }

    /// Runs `body` on a thread of its own and waits for its end, so that neither it nor what it captures is used by two
    /// threads at a time.
    ///
    /// - Returns: the error number when the system gives no thread.
    private static func runOnNewThread(_ body: @escaping () -> Void) -> Int32? {
        let work = Unmanaged.passRetained(Work(body))
        defer { work.release() }
        var thread = pthread_t()
        let status = pthread_create(
            &thread,
            nil,
            { context in
                if let context { Unmanaged<Work>.fromOpaque(context).takeUnretainedValue().body() }
                return nil
            },
            work.toOpaque()
        )
        guard status == 0 else { return status }
        pthread_join(thread, nil)
        return nil
    }

    private final class Work {
        let body: () -> Void

        init(_ body: @escaping () -> Void) {
            self.body = body
        }
    }
}

/// A descriptor of a namespace's file, which keeps the namespace alive.
private struct OpenNamespace: ~Copyable {
    let descriptor: Int32
    let identity: NetworkNamespace.Identity

    init(_ namespace: NetworkNamespace) throws(NetworkNamespaceError) {
        let opened = open(namespace.path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { throw NetworkNamespaceError(opening: namespace, errno) }
        var status = stat()
        var system = statfs()
        // Of other kinds of namespaces only the kernel can tell, when it is asked to enter.
        let isNamespace = fstat(opened, &status) == 0 && fstatfs(opened, &system) == 0 && system.f_type == Self.magic
        guard isNamespace else {
            close(opened)
            throw NetworkNamespaceError(opening: namespace, EINVAL)
        }
        descriptor = opened
        identity = NetworkNamespace.Identity(status)
    }

    deinit {
        close(descriptor)
    }

    /// NSFS_MAGIC, "nsfs".
    private static let magic = 0x6e73_6673
}
