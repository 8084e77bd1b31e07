/// Integers as bytes, in the two orders that a netlink message mixes.
extension [UInt8] {
    /// Appends in host order, as the kernel writes most fields.
    package mutating func append<Value: FixedWidthInteger>(host value: Value) {
        Swift.withUnsafeBytes(of: value) { append(contentsOf: $0) }
    }

    /// Appends with the most significant byte first: ports and addresses.
    package mutating func append<Value: FixedWidthInteger>(network value: Value) {
        append(host: value.bigEndian)
    }

    /// Replaces bytes at an offset by a value in host order.
    package mutating func store<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
        replaceSubrange(offset..<offset + Value.bitWidth / 8, with: Swift.withUnsafeBytes(of: value) { Array($0) })
    }

    /// The value in host order at an offset.
    package func load<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type, at offset: Int) -> Value {
        withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
    }

    /// Zero bytes up to the next multiple of four, where the next message or attribute begins.
    package mutating func pad() {
        append(contentsOf: repeatElement(0, count: -count & 3))
    }
}
