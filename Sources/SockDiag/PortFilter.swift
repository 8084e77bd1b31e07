internal import CSockDiag

/// Which sockets a dump returns, by local or by remote port.
///
/// A server's connections are chosen by local port; a proxy's upstream connections by remote port. A socket is returned
/// when either matches. The filter runs inside the kernel as a small program; a program is checked in quadratic time and
/// run for every socket, so it holds at most ``maximumRanges`` ranges. A larger set is sent as its covering range, and
/// ``matches(localPort:remotePort:)`` selects exactly in user space.
public struct PortFilter: Hashable, Sendable {
    /// The most ranges that are sent to the kernel.
    public static let maximumRanges = 32

    /// Nil for a filter that lets every socket pass.
    private let selection: Selection?

    private struct Selection: Hashable, Sendable {
        let local: PortSet
        let remote: PortSet
    }

    /// Every TCP socket of the network namespace.
    public static let all = PortFilter(selection: nil)

    private init(selection: Selection?) {
        self.selection = selection
    }

    public init(local: PortSet, remote: PortSet = .empty) {
        selection = Selection(local: local, remote: remote)
    }

    /// True when the kernel's program is coarser than the filter, so that each record must be looked at again.
    public var isCoarseInKernel: Bool {
        guard let selection else { return false }
        return selection.local.ranges.count + selection.remote.ranges.count > Self.maximumRanges
    }

    public func matches(localPort: UInt16, remotePort: UInt16) -> Bool {
        guard let selection else { return true }
        return selection.local.contains(localPort) || selection.remote.contains(remotePort)
    }

    /// Whether a socket that has ended may be one of them. When its own side aborted it, its remote port is no longer
    /// known, so that of a filter by remote port it must be told by its cookie.
    public func mayMatchEnd(localPort: UInt16, remotePort: UInt16) -> Bool {
        guard let selection else { return true }
        return matches(localPort: localPort, remotePort: remotePort) || remotePort == 0 && !selection.remote.isEmpty
    }

    /// What is sent to the kernel: the ranges, or what covers them where they are too many. Nil when every socket passes.
    var kernelRanges: (local: [ClosedRange<UInt16>], remote: [ClosedRange<UInt16>])? {
        guard let selection else { return nil }
        guard isCoarseInKernel else { return (selection.local.ranges, selection.remote.ranges) }
        return (selection.local.cover.map { [$0] } ?? [], selection.remote.cover.map { [$0] } ?? [])
    }

    /// True when no socket can match, so that there is nothing to ask.
    public var isEmpty: Bool {
        guard let selection else { return false }
        return selection.local.isEmpty && selection.remote.isEmpty
    }

    /// The program for the kernel: the OR of all ranges. Empty when every socket passes.
    ///
    /// Each operation is `{code u8, yes u8, no u16}` in host order; one with a port is followed by a second operation
    /// whose `no` is that port. `yes` and `no` are byte offsets from the operation. Landing on the very end accepts,
    /// four bytes beyond it rejects.
    ///
    /// - Parameter exactMatch: whether this kernel knows the operations S_EQ and D_EQ.
    func bytecode(exactMatch: Bool) -> [UInt8] {
        guard let ranges = kernelRanges else { return [] }
        let blocks =
            ranges.local.map { Block(range: $0, side: .local) } + ranges.remote.map { Block(range: $0, side: .remote) }
        let sizes = blocks.map { $0.size(exactMatch: exactMatch) }
        let jump = 4
        let total = sizes.reduce(0, +) + jump * max(0, blocks.count - 1)
        var program: [UInt8] = []
        program.reserveCapacity(total)
        for (index, block) in blocks.enumerated() {
            let isLast = index == blocks.count - 1
            // When the last block fails, the jump goes beyond the end, where a JMP would have stood: reject.
            block.append(to: &program, exactMatch: exactMatch)
            if !isLast { Self.append(CSD_BC_JMP, yes: jump, no: total - program.count, to: &program) }
        }
        return program
    }

    private enum Side { case local, remote }

    private struct Block {
        let range: ClosedRange<UInt16>
        let side: Side

        func isExact(_ exactMatch: Bool) -> Bool { exactMatch && range.count == 1 }

        func size(exactMatch: Bool) -> Int { isExact(exactMatch) ? 8 : 16 }

        func append(to program: inout [UInt8], exactMatch: Bool) {
            if isExact(exactMatch) {
                test(side == .local ? CSD_BC_S_EQ : CSD_BC_D_EQ, range.lowerBound, no: 12, to: &program)
            } else {
                test(side == .local ? CSD_BC_S_GE : CSD_BC_D_GE, range.lowerBound, no: 20, to: &program)
                test(side == .local ? CSD_BC_S_LE : CSD_BC_D_LE, range.upperBound, no: 12, to: &program)
            }
        }

        private func test(_ code: Int, _ port: UInt16, no: Int, to program: inout [UInt8]) {
            PortFilter.append(code, yes: 8, no: no, to: &program)
            PortFilter.append(0, yes: 0, no: Int(port), to: &program)
        }
    }

    private static func append(_ code: Int, yes: Int, no: Int, to program: inout [UInt8]) {
        program.append(UInt8(code))
        program.append(UInt8(yes))
        withUnsafeBytes(of: UInt16(no)) { program.append(contentsOf: $0) }
    }
}
