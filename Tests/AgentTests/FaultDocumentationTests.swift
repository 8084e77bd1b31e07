import Testing

@testable import sse_sockwatch

@Suite("The documentation of faults and attempts")
struct FaultDocumentationTests {
    private static let root: String = {
        let here = "\(#filePath)"
        return "/" + here.split(separator: "/").dropLast(3).joined(separator: "/")
    }()

    private static func text(of path: String) throws -> String {
        String(decoding: try ConfigurationFile.read("\(root)/\(path)"), as: UTF8.self)
    }

    @Test(
        "names a test for each, and each of them is there",
        // What comes behind the faults are figures, and what stands before the attempts are privileges.
        arguments: [
            ("docs/reliability.md", "# What happens when something fails", "\n## For a long time", "| fault |", 20),
            ("docs/security.md", "\n## What hostile input can do", "\n## ", "| from |", 15),
        ]
    )
    func tests(path: String, beginning: String, end: String, header: String, least: Int) throws {
        let page = try Self.text(of: path)
        let begun = try #require(page.firstRange(of: beginning)).upperBound
        let section = page[begun...].firstRange(of: end).map { page[begun..<$0.lowerBound] } ?? page[begun...]
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix(header) }
        #expect(rows.count > least)
        for row in rows {
            let last = try #require(row.split(separator: "|").last { $0 != " " })
            let words = last.drop { $0 == " " }.split(separator: "`: ", maxSplits: 1)
            try #require(words.count == 2, "\(row)")
            let file = words[0].dropFirst()
            let sentence = words[1].hasSuffix(" ") ? words[1].dropLast() : words[1]
            let source = try Self.text(of: "Tests/\(file).swift")
            #expect(source.contains("\"\(sentence)\""), "\(file) has no test of this name: \(sentence)")
        }
    }
}
