import FuzzKit
import MetricsExport

@testable import AgentSettings

fuzz { input in
    let header = String(decoding: input, as: UTF8.self)
    _ = ContentCoding(acceptEncoding: header)
    let format = ExpositionFormat.negotiate(accept: header)
    // An element that says nothing changes nothing, wherever quotes stand.
    check(ExpositionFormat.negotiate(accept: "," + header) == format, "a comma in front changes the format")
    // What can be told from one header is told of the two together when the other names nothing.
    check(ExpositionFormat.negotiate(accept: "x/y;q=0.5," + header) == format, "another type changes the format")
    _ = ExpositionFormat(contentType: header)
}
