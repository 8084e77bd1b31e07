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
        reserve(blanks)
        for place in count..<count + blanks { bytes[place] = 32 }
        count += blanks
    }

    /// Fills a field up that began at `start`, and ends it with a blank.
    @inline(__always)
    mutating func endField(from start: Int, width: Int) {
        append(blanks: max(0, width - (count - start)) + 1)
    }

    @inline(__always)
    mutating func append(_ number: UInt64, width: Int = 0) {
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
