internal import CSockDiag
internal import Glibc
internal import SystemPackage

/// Chooses inside the kernel which events reach a ``DestroyEventReader``, from any thread: the others neither wake it nor
/// fill its buffer.
///
/// A filter of more than ``PortFilter/maximumRanges`` ranges lets their covering range pass, and events that wait already
/// are not looked at again, so each record is still to be held against ``PortFilter/mayMatchEnd(localPort:remotePort:)``.
public final class DestroyEventFilter: Sendable {
    /// The reader's socket by a descriptor of its own.
    private let descriptor: Int32

    init(of socket: borrowing NetlinkSocket) throws(SockDiagError) {
        descriptor = fcntl(socket.descriptor, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else {
            throw SockDiagError(.systemCall, errno: Errno(rawValue: errno), "cannot duplicate a sock_diag socket")
        }
    }

    deinit { close(descriptor) }

    /// Lets only these pass from now on (SO_ATTACH_FILTER). It takes no privilege.
    ///
    /// - Throws: when the kernel refuses. Then no filter is left, and every event passes.
    public func keep(_ filter: PortFilter) throws(SockDiagError) {
        var program = Self.program(filter)
        let result = program.withUnsafeMutableBufferPointer { operations in
            var attached = sock_fprog(len: UInt16(operations.count), filter: operations.baseAddress)
            let length = socklen_t(MemoryLayout<sock_fprog>.size)
            return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &attached, length)
        }
        guard result != 0 else { return }
        let refusal = Errno(rawValue: errno)
        var nothing: Int32 = 0
        setsockopt(descriptor, SOL_SOCKET, SO_DETACH_FILTER, &nothing, socklen_t(MemoryLayout<Int32>.size))
        throw SockDiagError(.systemCall, errno: refusal, "cannot attach a filter to the sock_diag netlink socket")
    }

    /// The program: what matches any range jumps to the end, which accepts. An event is one message, IPv4 and IPv6 alike.
    static func program(_ filter: PortFilter) -> [sock_filter] {
        guard let ranges = filter.kernelRanges else { return [operation(CSD_BPF_RETURN, Int(UInt32.max))] }
        var tests: [sock_filter] = []
        // Jumps to the end are filled in when it is known where that is.
        let toEnd = UInt8.max
        func test(_ range: ClosedRange<UInt16>) {
            let (low, high) = (Int(range.lowerBound), Int(range.upperBound))
            if low == high {
                tests.append(operation(CSD_BPF_JUMP_EQUAL, low, yes: toEnd))
            } else {
                tests.append(operation(CSD_BPF_JUMP_GREATER_OR_EQUAL, low, no: 1))
                tests.append(operation(CSD_BPF_JUMP_GREATER, high, no: toEnd))
            }
        }
        // Ports are in network order in a message, and this load turns them.
        tests.append(operation(CSD_BPF_LOAD_HALF, CSD_NLMSG_HEADER + CSD_MSG_SPORT))
        for range in ranges.local { test(range) }
        if !ranges.remote.isEmpty {
            tests.append(operation(CSD_BPF_LOAD_HALF, CSD_NLMSG_HEADER + CSD_MSG_DPORT))
            test(0...0)
            for range in ranges.remote { test(range) }
        }
        tests.append(operation(CSD_BPF_RETURN, 0))
        for index in tests.indices {
            // At most 2 * 32 + 4 operations, so a distance fits.
            let distance = UInt8(tests.count - index - 1)
            if tests[index].jt == toEnd { tests[index].jt = distance }
            if tests[index].jf == toEnd { tests[index].jf = distance }
        }
        return tests + [operation(CSD_BPF_RETURN, Int(UInt32.max))]
    }

    private static func operation(_ code: Int, _ value: Int, yes: UInt8 = 0, no: UInt8 = 0) -> sock_filter {
        sock_filter(code: UInt16(code), jt: yes, jf: no, k: UInt32(value))
    }
}

extension DestroyEventReader {
    /// What chooses this reader's events. It may outlive the reader.
    public borrowing func filter() throws(SockDiagError) -> DestroyEventFilter {
        try DestroyEventFilter(of: socket)
    }
}
