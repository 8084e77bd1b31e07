internal import CSockDiag

/// What to ask the kernel for.
public struct SocketQuery: Hashable, Sendable {
    public var filter: PortFilter
    public var states: TCPStateSet
    /// Ask for `tcp_info`: 284 bytes and about 0.25 µs more per socket.
    public var includesTCPInfo: Bool

    public init(filter: PortFilter = .all, states: TCPStateSet = .all, includesTCPInfo: Bool = false) {
        self.filter = filter
        self.states = states
        self.includesTCPInfo = includesTCPInfo
    }
}

/// How a request is put to this kernel, found out when a ``SocketDumper`` is opened.
public struct RequestDialect: Hashable, Sendable {
    /// TCPDIAG_GETSOCK (type 18) answers for IPv4 and IPv6 in one walk of the table; without it each family takes a walk.
    public var walksBothFamilies: Bool
    /// The filter operations S_EQ and D_EQ are known.
    public var matchesExactly: Bool

    static let candidates = [
        RequestDialect(walksBothFamilies: true, matchesExactly: true),
        RequestDialect(walksBothFamilies: true, matchesExactly: false),
        RequestDialect(walksBothFamilies: false, matchesExactly: true),
        RequestDialect(walksBothFamilies: false, matchesExactly: false),
    ]
}

extension SocketQuery {
    /// The netlink messages that put this query, to be sent one after the other.
    func requests(_ dialect: RequestDialect) -> [Request] {
        let bytecode = filter.bytecode(exactMatch: dialect.matchesExactly)
        if dialect.walksBothFamilies { return [Request(legacy: self, bytecode: bytecode)] }
        return [AddressFamily.ipv4, AddressFamily.ipv6].map { Request(family: $0, self, bytecode: bytecode) }
    }

    /// A dump request whose sequence number is filled in when it is sent.
    struct Request {
        private(set) var bytes: [UInt8]

        init(legacy query: SocketQuery, bytecode: [UInt8]) {
            var payload = [UInt8](repeating: 0, count: CSD_REQ_LEGACY_SIZE)
            payload[CSD_REQ_LEGACY_FAMILY] = AddressFamily.ipv4
            payload[CSD_REQ_LEGACY_EXT] = query.extensions
            payload.store(query.states.rawValue, at: CSD_REQ_LEGACY_STATES)
            self.init(type: CSD_TCPDIAG_GETSOCK, payload: payload, bytecode: bytecode)
        }

        init(family: UInt8, _ query: SocketQuery, bytecode: [UInt8]) {
            var payload = [UInt8](repeating: 0, count: CSD_REQ_V2_SIZE)
            payload[CSD_REQ_V2_FAMILY] = family
            payload[CSD_REQ_V2_PROTOCOL] = Self.tcp
            payload[CSD_REQ_V2_EXT] = query.extensions
            payload.store(query.states.rawValue, at: CSD_REQ_V2_STATES)
            self.init(type: CSD_SOCK_DIAG_BY_FAMILY, payload: payload, bytecode: bytecode)
        }

        private init(type: Int, payload: [UInt8], bytecode: [UInt8]) {
            bytes = [UInt8](repeating: 0, count: CSD_NLMSG_HEADER) + payload
            if !bytecode.isEmpty {
                var attribute = [UInt8](repeating: 0, count: CSD_NLATTR_HEADER)
                attribute.store(UInt16(CSD_NLATTR_HEADER + bytecode.count), at: 0)
                attribute.store(UInt16(CSD_REQ_BYTECODE_ATTRIBUTE), at: 2)
                bytes += attribute + bytecode
            }
            bytes.store(UInt32(bytes.count), at: CSD_NLMSG_LEN)
            bytes.store(UInt16(type), at: CSD_NLMSG_TYPE)
            bytes.store(UInt16(CSD_NLM_F_REQUEST | CSD_NLM_F_DUMP), at: CSD_NLMSG_FLAGS)
        }

        mutating func setSequence(_ sequence: UInt32) {
            bytes.store(sequence, at: CSD_NLMSG_SEQ)
        }

        static let tcp: UInt8 = 6
    }

    private var extensions: UInt8 { includesTCPInfo ? UInt8(CSD_EXT_INFO) : 0 }
}

extension [UInt8] {
    /// Stores an integer in host order.
    fileprivate mutating func store<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at offset: Int) {
        withUnsafeMutableBytes { $0.storeBytes(of: value, toByteOffset: offset, as: Value.self) }
    }
}
