import Glibc
import Testing

@testable import sse_sockwatch

@Suite("A configuration file")
struct ConfigurationFileTests {
    private static func complaint(loading path: String) -> String? {
        do throws(ConfigurationError) {
            _ = try AgentConfiguration.load(file: path)
            return nil
        } catch {
            return error.description
        }
    }

    /// Runs the body with the path of a new file that holds the text, and removes the file.
    private static func withFile(_ text: String, _ body: (String) throws -> Void) throws {
        var template = Array("/tmp/sockwatch-config-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        defer {
            close(descriptor)
            unlink(path)
        }
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            try #require(count > 0)
            written += count
        }
        try body(path)
    }

    @Test("is read whole, also if it is larger than one read")
    func whole() throws {
        let filler = String(repeating: "# filler\n", count: 20_000)
        // The file of authorities that the example names is not there.
        let text = ConfigurationExample.full.replacing("ca_file: authorities/shop.pem", with: "")
        try Self.withFile(filler + text) { path in
            let loaded = try AgentConfiguration.load(file: path)
            #expect(try loaded == ConfigurationExample.parse(text))
        }
    }

    @Test("is named in front of every problem")
    func named() throws {
        try Self.withFile("a: 1\nb: 2\n") { path in
            #expect(
                Self.complaint(loading: path) == """
                    \(path):1:1: a: unknown key; known are: sampling, evidence, defaults, watch, network_namespaces
                    \(path):2:1: b: unknown key; known are: sampling, evidence, defaults, watch, network_namespaces
                    """
            )
        }
    }

    @Test("that is missing, a directory or endless is told as such")
    func unreadable() {
        #expect(
            Self.complaint(loading: "/nonexistent/config.yml")
                == "/nonexistent/config.yml: no such file; check the path"
        )
        #expect(Self.complaint(loading: "/") == "/: is a directory; name the file in it")
        #expect(
            Self.complaint(loading: "/dev/zero")
                == "/dev/zero: larger than 1048576 bytes; check that it is the right file"
        )
    }

    @Test("that the agent's user may not read is told as such", .enabled(if: geteuid() != 0, "root may read all"))
    func forbidden() throws {
        try Self.withFile("") { path in
            try #require(chmod(path, 0) == 0)
            #expect(
                Self.complaint(loading: path)
                    == "\(path): no permission to read it; the agent's user needs read access"
            )
        }
    }

    @Test("that is not UTF-8 is refused at the place of the first such byte")
    func encoding() {
        let latin1 = Array("watch: []\n# fü".utf8.prefix(13)) + [0xFC]
        #expect(
            ConfigurationExample.complaint(latin1) == "config.yml:2:4: not valid UTF-8; save the file in UTF-8"
        )
        let utf16: [UInt8] = [0xFF, 0xFE, 0x61, 0]
        #expect(ConfigurationExample.complaint(utf16) == "config.yml:1:1: not valid UTF-8; save the file in UTF-8")
    }

    @Test("with more than twenty problems lists twenty in the order of the file, and counts the rest")
    func limit() {
        let text = (1...25).map { "key\($0): 1\n" }.joined()
        let lines = ConfigurationExample.complaint(text)?.split(separator: "\n") ?? []
        #expect(lines.count == 21)
        #expect(lines.first?.hasPrefix("config.yml:1:1: key1: ") == true)
        #expect(lines.dropLast().last?.hasPrefix("config.yml:20:1: key20: ") == true)
        #expect(lines.last == "config.yml: and 5 more problems")
    }
}
