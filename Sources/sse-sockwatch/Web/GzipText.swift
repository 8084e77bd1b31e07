internal import CZlib
internal import NIOCore

/// A text that is compressed once and can be continued: as a part of a gzip stream that ends at a whole byte, with the
/// checksum and the length that the stream's end needs.
///
/// So what all scrapers get is compressed once, and what is true of one answer alone is compressed for it and put behind.
struct GzipText: Sendable {
    /// A raw deflate stream (RFC 1951), not ended.
    private let deflated: ByteBuffer
    private let checksum: UInt
    private let length: Int

    /// Nil when there is no memory for it; then the text is sent as it is.
    init?(_ text: ByteBuffer) {
        guard let deflated = Self.deflate(text, Z_SYNC_FLUSH) else { return nil }
        self.deflated = deflated
        checksum = Self.checksum(text)
        length = text.readableBytes
    }

    /// The parts of a gzip file (RFC 1952) that holds this text and then that one.
    func ended(with end: ByteBuffer = ByteBuffer()) -> [ByteBuffer]? {
        guard let last = Self.deflate(end, Z_FINISH) else { return nil }
        let whole = crc32_combine(checksum, Self.checksum(end), end.readableBytes)
        var trailer = ByteBuffer()
        trailer.writeInteger(UInt32(truncatingIfNeeded: whole), endianness: .little)
        trailer.writeInteger(UInt32(truncatingIfNeeded: length + end.readableBytes), endianness: .little)
        return [ByteBuffer(bytes: Self.header), deflated, last, trailer]
    }

    /// Deflate; no name, no time; written on no particular system.
    private static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    /// The lowest: it takes a third of the time of the usual one, and a scrape shrinks to a tenth all the same.
    private static let level: Int32 = 1

    private static func checksum(_ text: ByteBuffer) -> UInt {
        text.withUnsafeReadableBytes { bytes in
            crc32(0, bytes.bindMemory(to: UInt8.self).baseAddress, UInt32(truncatingIfNeeded: bytes.count))
        }
    }

    private static func deflate(_ text: ByteBuffer, _ flush: Int32) -> ByteBuffer? {
        var stream = z_stream()
        guard csz_begin_raw_deflate(&stream, level) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        var output = ByteBuffer()
        // The bound is that of a whole stream; a flush in its stead takes a few bytes more.
        let room = Int(deflateBound(&stream, UInt(text.readableBytes))) + 16
        let isDone = text.withUnsafeReadableBytes { input in
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { space in
                // zlib reads it only, and does not say so.
                stream.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
                stream.avail_in = UInt32(truncatingIfNeeded: input.count)
                stream.next_out = space.bindMemory(to: UInt8.self).baseAddress
                stream.avail_out = UInt32(truncatingIfNeeded: space.count)
                let outcome = CZlib.deflate(&stream, flush)
                let isWhole = outcome == (flush == Z_FINISH ? Z_STREAM_END : Z_OK) && stream.avail_in == 0
                return isWhole ? space.count - Int(stream.avail_out) : 0
            } > 0
        }
        return isDone ? output : nil
    }
}
