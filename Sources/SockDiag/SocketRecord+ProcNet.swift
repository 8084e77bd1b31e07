extension SocketRecord {
    /// Reads one line of `/proc/net/tcp` or `/proc/net/tcp6` (`get_tcp4_sock` in `net/ipv4/tcp_ipv4.c`):
    ///
    /// ```
    ///   0: 0100007F:1F90 0200007F:C350 08 00000000:00000001 00:00000000 00000000  1000        0 41234 1 ...
    /// ```
    ///
    /// There is no cookie, so one is made of the two endpoints. It stays the same for as long as the connection lives,
    /// whether it has been accepted yet or belongs to no process any more. Listeners can share their endpoint, so theirs
    /// is made of the inode, too. There is no `tcp_info`, no cgroup, and no limit of a listener's queue.
    ///
    /// - Parameters:
    ///   - line: without its line feed.
    ///   - isIPv6: which of the two files it is from: that of the IPv6 sockets has longer addresses.
    /// - Throws: ``SockDiagError/Code/malformed`` when it is no such line.
    init(procNetLine line: borrowing RawSpan, isIPv6: Bool) throws(SockDiagError) {
        var fields = ProcNetFields()
        _ = try fields.decimal(line)
        try fields.skip(":", line)
        let local = try fields.endpoint(line, isIPv6: isIPv6)
        let remote = try fields.endpoint(line, isIPv6: isIPv6)
        let state = TCPState(rawValue: UInt8(try fields.hexadecimal(line, upTo: UInt64(UInt8.max))))
        self.init(state: state, local: local, remote: remote, cookie: 0)
        self.isIPv6 = isIPv6
        sendQueue = UInt32(try fields.hexadecimal(line))
        try fields.skip(":", line)
        receiveQueue = UInt32(try fields.hexadecimal(line))
        timer = SocketTimer(rawValue: UInt8(try fields.hexadecimal(line, upTo: UInt64(UInt8.max))))
        try fields.skip(":", line)
        // In hundredths of a second, whatever the kernel's own clock: USER_HZ.
        let expires = try fields.hexadecimal(line, upTo: .max)
        timerExpires = UInt32(clamping: expires.multipliedReportingOverflow(by: 10).partialValue)
        let retransmitted = try fields.hexadecimal(line)
        uid = UInt32(try fields.decimal(line, upTo: UInt64(UInt32.max)))
        let probes = try fields.decimal(line)
        // As sock_diag has it, in 32 bits.
        inode = UInt32(truncatingIfNeeded: try fields.decimal(line))
        let isProbing = timer == .keepalive || timer == .zeroWindowProbe
        retransmits = UInt8(clamping: isProbing ? probes : retransmitted)
        tellsQueueLimit = false
        // Not told, but it follows: the small object that takes its place in this state has the other timer.
        if state == .finWait2, timer != .timeWait { shutdown = .send }
        cookie = ProcNetIdentity.cookie(local, remote, inode: state == .listen ? inode : 0)
    }
}

/// Takes a line apart, field by field.
private struct ProcNetFields {
    private var offset = 0

    mutating func endpoint(_ line: borrowing RawSpan, isIPv6: Bool) throws(SockDiagError) -> SocketEndpoint {
        // Each word is an integer of this machine that holds four bytes in network order.
        skipSpaces(line)
        func word(_ fields: inout ProcNetFields) throws(SockDiagError) -> UInt64 {
            UInt64(UInt32(bigEndian: UInt32(try fields.digits(line, radix: 16, exactly: 8))))
        }
        let address: IPAddress
        if isIPv6 {
            let words = (try word(&self), try word(&self), try word(&self), try word(&self))
            address = IPAddress(high: words.0 << 32 | words.1, low: words.2 << 32 | words.3)
        } else {
            address = IPAddress(ipv4: UInt32(try word(&self)))
        }
        try skip(":", line)
        return SocketEndpoint(address: address, port: UInt16(try digits(line, radix: 16, exactly: 4)))
    }

    mutating func hexadecimal(
        _ line: borrowing RawSpan,
        upTo most: UInt64 = UInt64(UInt32.max)
    ) throws(SockDiagError) -> UInt64 {
        skipSpaces(line)
        return try digits(line, radix: 16, upTo: most)
    }

    mutating func decimal(_ line: borrowing RawSpan, upTo most: UInt64 = .max) throws(SockDiagError) -> UInt64 {
        skipSpaces(line)
        return try digits(line, radix: 10, upTo: most)
    }

    mutating func skip(_ character: Unicode.Scalar, _ line: borrowing RawSpan) throws(SockDiagError) {
        guard offset < line.byteCount, line.byte(offset) == UInt8(ascii: character) else { throw malformed(line) }
        offset += 1
    }

    private mutating func skipSpaces(_ line: borrowing RawSpan) {
        while offset < line.byteCount, line.byte(offset) == UInt8(ascii: " ") { offset += 1 }
    }

    private mutating func digits(
        _ line: borrowing RawSpan,
        radix: UInt64,
        upTo most: UInt64 = .max,
        exactly count: Int? = nil
    ) throws(SockDiagError) -> UInt64 {
        let start = offset
        var value: UInt64 = 0
        let end = min(line.byteCount, start + (count ?? line.byteCount))
        while offset < end, let digit = Self.digit(line.byte(offset), radix) {
            let (product, isTooLarge) = value.multipliedReportingOverflow(by: radix)
            let (sum, isStillTooLarge) = product.addingReportingOverflow(digit)
            guard !isTooLarge, !isStillTooLarge, sum <= most else { throw malformed(line) }
            value = sum
            offset += 1
        }
        guard offset > start, count.map({ offset - start == $0 }) ?? true else { throw malformed(line) }
        return value
    }

    private static func digit(_ byte: UInt8, _ radix: UInt64) -> UInt64? {
        let value: UInt8? =
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
            case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
            default: nil
            }
        return value.map(UInt64.init).flatMap { $0 < radix ? $0 : nil }
    }

    private func malformed(_ line: borrowing RawSpan) -> SockDiagError {
        SockDiagError(.malformed, "a line of /proc/net/tcp is not what it should be, at byte \(offset)")
    }
}

/// What tells sockets apart where the kernel gives no cookie.
enum ProcNetIdentity {
    /// The same in every process, never 0.
    static func cookie(_ local: SocketEndpoint, _ remote: SocketEndpoint, inode: UInt32) -> UInt64 {
        var mixed: UInt64 = 0
        for word in [
            local.address.high, local.address.low, remote.address.high, remote.address.low,
            UInt64(local.port) << 48 | UInt64(remote.port) << 32 | UInt64(inode),
        ] {
            mixed = mix(mixed ^ word)
        }
        return max(1, mixed)
    }

    /// The finalizer of SplitMix64: every bit of the word decides about every bit of the result.
    private static func mix(_ word: UInt64) -> UInt64 {
        var word = word &+ 0x9E37_79B9_7F4A_7C15
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
