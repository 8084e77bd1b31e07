internal import Glibc
internal import HostSystem
internal import Logging

/// Writes each event as one line to standard error, in logfmt or JSON.
struct LineLogHandler: LogHandler {
    let format: LogFormat
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
        if let error = event.error { all["error"] = "\(error)" }
        let line = LogLine(time: WallClock.now.text, level: event.level, message: "\(event.message)", metadata: all)
        // One write per line, so that lines of several threads do not mix.
        Terminal.printError(format.line(line))
    }
}
