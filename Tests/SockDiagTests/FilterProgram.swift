import SockDiagTestKit

/// The kernel's side of the port filter: its checker and its interpreter (`net/ipv4/inet_diag.c`), of port operations.
struct FilterProgram {
    private struct Operation {
        var code: UInt8
        var yes: Int
        var no: Int
        /// The operation after it holds the port, in `no`.
        var hasPort: Bool { (2...5).contains(code) || code == 11 || code == 12 }
        var length: Int { hasPort ? 8 : 4 }
    }

    private let operations: [Operation]
    private let byteCount: Int

    init(_ bytes: [UInt8]) {
        byteCount = bytes.count
        operations = stride(from: 0, to: bytes.count - 3, by: 4).map {
            Operation(code: bytes[$0], yes: Int(bytes[$0 + 1]), no: Int(bytes.load(UInt16.self, at: $0 + 2)))
        }
    }

    /// inet_diag_bc_audit: why the kernel would answer EINVAL, or nil when it would run the program.
    var refusal: String? {
        guard byteCount >= 4 else { return "shorter than an operation" }
        guard byteCount % 4 == 0 else { return "does not end with an operation" }
        var offset = 0
        while offset < byteCount {
            let operation = operations[offset / 4]
            let left = byteCount - offset
            guard (0...5).contains(operation.code) || [11, 12].contains(operation.code) else {
                return "unknown operation at \(offset)"
            }
            guard left >= operation.length else { return "no port at \(offset)" }
            if operation.code != 0 {
                guard operation.no >= operation.length, operation.no <= left + 4, operation.no % 4 == 0 else {
                    return "bad no at \(offset)"
                }
                if operation.no < left, !isReachable(offset + operation.no) { return "no of \(offset) is unreachable" }
            }
            guard operation.yes >= operation.length, operation.yes <= left + 4, operation.yes % 4 == 0 else {
                return "bad yes at \(offset)"
            }
            offset += operation.yes
        }
        return offset == byteCount ? nil : "the yes chain passes the end"
    }

    /// valid_cc: a jump may only go where the chain of `yes` steps goes by.
    private func isReachable(_ target: Int) -> Bool {
        var offset = 0
        while offset < byteCount {
            if offset >= target { return offset == target }
            let yes = operations[offset / 4].yes
            guard yes >= 4, yes % 4 == 0 else { return false }
            offset += yes
        }
        return offset == target
    }

    /// inet_diag_bc_run. Only for a program without ``refusal``.
    func accepts(local: UInt16, remote: UInt16) -> Bool {
        var offset = 0
        while offset < byteCount {
            let operation = operations[offset / 4]
            let port = operation.hasPort ? UInt16(operations[offset / 4 + 1].no) : 0
            let holds =
                switch operation.code {
                case 1: false
                case 2: local >= port
                case 3: local <= port
                case 4: remote >= port
                case 5: remote <= port
                case 11: local == port
                case 12: remote == port
                default: true
                }
            offset += holds ? operation.yes : operation.no
        }
        return offset == byteCount
    }
}
