import NIOCore
import NetworkLab
import Testing

@testable import sse_sockwatch

@Suite("The coding of an answer")
struct ContentCodingTests {
    @Test(
        "is gzip where the client says that it takes it",
        arguments: [
            ("gzip", true), ("GZIP", true), ("deflate, gzip;q=0.5", true), ("gzip ; q=1.0", true), ("*", true),
            ("x-gzip", true), ("br, *;q=0.1", true), ("*;q=0, gzip", true), ("gzip;q=0", false),
            ("gzip;q=0.0, *", false),
            ("*;q=0", false), ("identity", false), ("deflate, br", false), ("", false), ("gzip;q=nonsense", false),
            (nil, false),
        ] as [(String?, Bool)]
    )
    func coding(header: String?, isGzip: Bool) {
        #expect((ContentCoding(acceptEncoding: header) == .gzip) == isGzip)
    }
}

@Suite("A text that is compressed once", .timeLimit(.minutes(1)))
struct GzipTextTests {
    /// What gzip makes of the parts.
    private static func unpacked(_ parts: [ByteBuffer]) async throws -> String {
        let file = try LabFile.holding(parts.flatMap { Array($0.readableBytesView) })
        let gzip = try LabProcess("gzip", ["-dc", file.path])
        let text = try await gzip.waitForLine(containing: "the end")
        #expect(try await gzip.waitForEnd() == .exited(0), "\(gzip.standardError)")
        return gzip.standardOutput.isEmpty ? text : gzip.standardOutput
    }

    @Test("is one gzip file with whatever end is put behind it", arguments: [0, 1, 100, 100_000])
    func ends(lines: Int) async throws {
        let shared = (0..<lines).map { "sse_sockwatch_tcp_sockets{port=\"\($0 % 60_000)\"} \($0)\n" }.joined()
        let compressed = try #require(GzipText(ByteBuffer(string: shared)))
        for end in ["the end\n", String(repeating: "more ", count: 5000) + "the end\n"] {
            let parts = try #require(compressed.ended(with: ByteBuffer(string: end)))
            #expect(try await Self.unpacked(parts) == shared + end)
            if lines > 1000 {
                #expect(parts.reduce(0) { $0 + $1.readableBytes } < shared.utf8.count / 5)
            }
        }
        let whole = try #require(GzipText(ByteBuffer(string: shared + "the end\n"))?.ended())
        #expect(try await Self.unpacked(whole) == shared + "the end\n")
    }
}
