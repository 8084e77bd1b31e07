public import Companion
internal import FuzzKit

/// Reads a server's text, looks for every value in it, and makes a reading of them.
public func checkDocument(_ bytes: [UInt8], format: CompanionFormat, contentType: String? = nil) {
    let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
    do throws(CompanionSyntaxError) {
        let document = try CompanionDocument(bytes, format: format, contentType: contentType)
        check(document.format != .auto, "the format of a document is left open")
        check(document.samples.count <= CompanionDocument.itemLimit, "\(document.samples.count) samples")
        let findings = CompanionMapping.plainNames.findings(in: document)
        for finding in findings { check(!finding.sources.isEmpty, "\(finding.value) comes from nowhere") }
    } catch {
        check(error.line.map { (1...lines + 1).contains($0) } ?? true, "line \(error.line ?? 0) of \(lines)")
        check(!error.message.isEmpty && error.description.utf8.count < 2000, "a message of no use: \(error)")
    }
}
