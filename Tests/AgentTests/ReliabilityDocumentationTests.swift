import Testing

@testable import sse_sockwatch

@Suite("The documentation of faults")
struct ReliabilityDocumentationTests {
    private static let root: String = {
        let here = "\(#filePath)"
        return "/" + here.split(separator: "/").dropLast(3).joined(separator: "/")
    }()

    private static func text(of path: String) throws -> String {
        String(decoding: try ConfigurationFile.read("\(root)/\(path)"), as: UTF8.self)
    }

    @Test("names a test for each fault, and each of them is there")
    func tests() throws {
        // What comes behind are figures.
        let page = try Self.text(of: "docs/reliability.md")
        let faults = try #require(page.split(separator: "\n## For a long time").first)
        let rows = faults.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| fault |") }
        #expect(rows.count > 20)
        for row in rows {
            let cells = row.split(separator: "|").map { $0.drop { $0 == " " } }
            let words = try #require(cells.dropFirst(2).first).split(separator: "`: ", maxSplits: 1)
            try #require(words.count == 2, "\(row)")
            let file = words[0].dropFirst()
            let sentence = words[1].hasSuffix(" ") ? words[1].dropLast() : words[1]
            let source = try Self.text(of: "Tests/\(file).swift")
            #expect(source.contains("\"\(sentence)\""), "\(file) has no test of this name: \(sentence)")
        }
    }
}
