import FuzzKit
import MetricsExport

fuzz { input in
    let bytes = Array(input)
    let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
    for format in ExpositionFormat.allCases {
        do throws(ExpositionError) {
            let exposition = try ExpositionReader.read(bytes, as: format)
            checkRewritten(exposition, format)
        } catch {
            check((1...lines + 1).contains(error.line), "line \(error.line) of \(lines)")
            check(error.description.utf8.count < 1000, "an error of \(error.description.utf8.count) bytes")
        }
    }
}
