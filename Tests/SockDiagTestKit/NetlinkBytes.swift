/// Netlink messages that are not sockets: the frame, the kernel's control messages, and requests.
public enum NetlinkBytes {
    /// Any message, padded to a multiple of four.
    public static func message(
        type: UInt16,
        flags: UInt16 = 0,
        sequence: UInt32 = 1,
        portID: UInt32 = 4711,
        payload: [UInt8] = [],
        declaredLength: UInt32? = nil
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(host: declaredLength ?? UInt32(16 + payload.count))
        bytes.append(host: type)
        bytes.append(host: flags)
        bytes.append(host: sequence)
        bytes.append(host: portID)
        bytes += payload
        bytes.pad()
        return bytes
    }

    /// NLMSG_NOOP
    public static func noop(sequence: UInt32 = 1) -> [UInt8] {
        message(type: 1, sequence: sequence)
    }

    /// NLMSG_DONE; `error` is 0 or a negative error number, nil for an end without payload, as old kernels send it.
    public static func done(sequence: UInt32 = 1, error: Int32? = 0, flags: UInt16 = 2) -> [UInt8] {
        var payload: [UInt8] = []
        if let error { payload.append(host: error) }
        return message(type: 3, flags: flags, sequence: sequence, payload: payload)
    }

    /// NLMSG_ERROR with a negative error number and the header of the request; 0 makes it an acknowledgement.
    public static func error(sequence: UInt32 = 1, errno: Int32) -> [UInt8] {
        var payload: [UInt8] = []
        payload.append(host: errno)
        payload += message(type: 20, flags: 0x301, sequence: sequence, portID: 0)
        return message(type: 2, sequence: sequence, payload: payload)
    }

    /// NLMSG_ERROR without an error.
    public static func acknowledgement(sequence: UInt32 = 1) -> [UInt8] {
        error(sequence: sequence, errno: 0)
    }

    /// NLMSG_OVERRUN
    public static func overrun(sequence: UInt32 = 1) -> [UInt8] {
        message(type: 4, sequence: sequence)
    }

    /// A dump request as `ss` sends it: SOCK_DIAG_BY_FAMILY with a `struct inet_diag_req_v2`.
    ///
    /// - Parameters:
    ///   - family: 2 for IPv4, 10 for IPv6, 1 for unix sockets (whose request is shorter in fact).
    ///   - protocolNumber: 6 for TCP, 17 for UDP. One above 255 goes into an attribute, as for Multipath TCP (262).
    public static func request(sequence: UInt32 = 1, family: UInt8 = 2, protocolNumber: UInt16 = 6) -> [UInt8] {
        var payload = [UInt8](repeating: 0, count: 56)
        payload[0] = family
        payload[1] = UInt8(truncatingIfNeeded: protocolNumber)
        payload.store(UInt32(0xFFF), at: 4)
        if protocolNumber > 255 {
            var number: [UInt8] = []
            number.append(host: UInt32(protocolNumber))
            payload += MessageAttribute(type: 3, payload: number).bytes
        }
        return message(type: 20, flags: 0x301, sequence: sequence, portID: 0, payload: payload)
    }

    /// A dump request of the older kind: TCPDIAG_GETSOCK with a `struct inet_diag_req`.
    public static func legacyRequest(sequence: UInt32 = 1) -> [UInt8] {
        var payload = [UInt8](repeating: 0, count: 60)
        payload[0] = 2
        payload.store(UInt32(0xFFF), at: 52)
        return message(type: 18, flags: 0x301, sequence: sequence, portID: 0, payload: payload)
    }
}
