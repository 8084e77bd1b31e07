/// Text in the making, as bytes: handed out in large pieces, and made anew in the same place.
struct TextPiece: ~Copyable {
    private var bytes: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(capacity: Int) {
        bytes = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit {
        bytes.deallocate()
    }

    /// Valid until the text changes.
    var written: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[..<count]) }

    mutating func removeAll() { count = 0 }

    /// Makes sure that so many bytes fit in.
    @inline(__always)
    private mutating func reserve(_ more: Int) {
        if count + more > bytes.count { grow(by: more) }
    }

    private mutating func grow(by more: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: (count + more) * 2, alignment: 16)
        larger.copyMemory(from: written)
        bytes.deallocate()
        bytes = larger
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        bytes[count] = byte
        count += 1
    }

    @inline(__always)
    mutating func append(literal text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    @inline(__always)
    mutating func append(_ text: UnsafeRawBufferPointer) {
        reserve(text.count)
        UnsafeMutableRawBufferPointer(rebasing: bytes[count...]).copyMemory(from: text)
        count += text.count
    }

    @inline(__always)
    mutating func append(blanks: Int) {
        guard blanks > 0 else { return }
        // Eight at a time; what is too much is written over.
        reserve(blanks + 8)
        var place = count
        repeat {
            bytes.storeBytes(of: 0x2020_2020_2020_2020, toByteOffset: place, as: UInt64.self)
            place += 8
        } while place < count + blanks
        count += blanks
    }

    /// Appends up to sixteen bytes that are known beforehand.
    @inline(__always)
    mutating func append(_ word: TextWord) {
        reserve(16)
        bytes.storeBytes(of: word.bytes, toByteOffset: count, as: SIMD16<UInt8>.self)
        count += word.count
    }

    /// Fills a field up that began at `start`, and ends it with a blank.
    @inline(__always)
    mutating func endField(from start: Int, width: Int) {
        append(blanks: max(0, width - (count - start)) + 1)
    }

    @inline(__always)
    mutating func append(_ number: UInt64, width: Int = 0) {
        if number < 10 {
            append(blanks: width - 1)
            return append(48 + UInt8(truncatingIfNeeded: number))
        }
        let digits = Self.digits(number)
        append(blanks: width - digits)
        reserve(digits)
        var rest = number
        var place = count + digits
        repeat {
            place -= 1
            bytes[place] = UInt8(truncatingIfNeeded: 48 + rest % 10)
            rest /= 10
        } while rest > 0
        count += digits
    }

    @inline(__always)
    static func digits(_ number: UInt64) -> Int {
        var digits = 1
        var rest = number
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        return digits
    }
}

/// A short text that is written often: at most sixteen bytes, stored at once.
struct TextWord {
    fileprivate let bytes: SIMD16<UInt8>
    fileprivate let count: Int

    /// - Parameters:
    ///   - text: what of it fits in.
    ///   - width: filled up with blanks to so many bytes.
    init(_ text: String, width: Int = 0) {
        var bytes = SIMD16<UInt8>(repeating: 32)
        var count = 0
        for byte in text.utf8.prefix(bytes.scalarCount) {
            bytes[count] = byte
            count += 1
        }
        self.bytes = bytes
        self.count = max(count, min(width, bytes.scalarCount))
    }
}
