import Companion
import CompanionChecks
import FuzzKit

// One input is read as each of the small formats, and as what it looks like.
fuzz { input in
    let bytes = Array(input)
    for format in [CompanionFormat.keyValue, .stubStatus, .auto] { checkDocument(bytes, format: format) }
    let contentType = String(decoding: input.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    checkDocument(bytes, format: .auto, contentType: contentType)
}
