internal import HostSystem
internal import Logging
internal import NIOSSL
internal import SockWatch
internal import Synchronization

/// The web configuration while the agent runs. It is read again when its file changes, or one that it names.
final class WebSecurity: Sendable {
    /// A configuration, and what was made of it.
    struct Loaded: Sendable {
        var configuration = WebConfiguration()
        var tls: NIOSSLContext?
        var bucket: TokenBucket?
    }

    private struct State {
        /// The last one that was good.
        var good: Loaded
        /// What is wrong with the file as it is now.
        var problem: String?
        var stamps: [String: FileStamp?]
    }

    /// Nil without a file: then everybody may read, unencrypted.
    private let file: String?
    private let logger: Logger
    private let state: Mutex<State>

    /// - Throws: what is wrong with the file, or one that it names.
    init(file: String?, logger: Logger) throws {
        self.file = file
        self.logger = logger
        let stamps = Self.stamps(of: file.map { [$0] } ?? [])
        let good = try file.map { try Self.load($0) } ?? Loaded()
        state = Mutex(State(good: good, problem: nil, stamps: stamps.merging(Self.stamps(of: good.files)) { $1 }))
    }

    /// Whether it speaks TLS. That does not change while it runs.
    var isEncrypted: Bool { state.withLock { $0.good.tls != nil } }

    /// What holds now.
    ///
    /// - Throws: ``WebSecurityProblem`` while the file is broken: nobody is let in by rules that nobody wrote.
    func current() throws(WebSecurityProblem) -> Loaded {
        let (good, problem) = refreshed()
        if let problem { throw WebSecurityProblem(description: problem) }
        return good
    }

    /// What a new connection is encrypted with, and whose it may be: while the file is broken as before, so that clients can
    /// be told. Nil without TLS.
    func encryption() -> (context: NIOSSLContext, rules: TLSSettings)? {
        let good = refreshed().good
        guard let context = good.tls, let rules = good.configuration.tls else { return nil }
        return (context, rules)
    }

    private func refreshed() -> (good: Loaded, problem: String?) {
        guard let file else { return state.withLock { ($0.good, nil) } }
        return state.withLock { state in
            let stamps = Self.stamps(of: Array(state.stamps.keys))
            guard stamps != state.stamps else { return (state.good, state.problem) }
            let before = state.problem
            do {
                var loaded = try Self.load(file)
                guard (loaded.tls == nil) == (state.good.tls == nil) else {
                    throw CommandFailure("\(file): tls_server_config came or went; restart the agent for that")
                }
                // Else each change of the file would let another burst through.
                let isSameLimit = loaded.configuration.rateLimit == state.good.configuration.rateLimit
                if isSameLimit { loaded.bucket = state.good.bucket }
                state.good = loaded
                state.problem = nil
                logger.notice("the web configuration was reloaded", metadata: ["file": "\(file)"])
            } catch {
                state.problem = "\(error)"
                if state.problem != before {
                    logger.error("the web configuration is broken; nobody is served", metadata: ["reason": "\(error)"])
                }
            }
            // The stamps of before the reading: what changes meanwhile is read again.
            let files = Set([file] + state.good.files)
            state.stamps = stamps.filter { files.contains($0.key) }
            for path in files where state.stamps[path] == nil { state.stamps[path] = FileStamp(path: path) }
            return (state.good, state.problem)
        }
    }

    private static func load(_ file: String) throws -> Loaded {
        let configuration = try WebConfiguration.load(file: file)
        let context: NIOSSLContext?
        do throws(TLSProblem) {
            context = try configuration.tls?.context(offersHTTP2: configuration.offersHTTP2)
        } catch {
            throw CommandFailure("\(file): \(error)")
        }
        return Loaded(
            configuration: configuration,
            tls: context,
            bucket: configuration.rateLimit.map { TokenBucket($0, at: .now) }
        )
    }

    private static func stamps(of files: [String]) -> [String: FileStamp?] {
        Dictionary(files.map { ($0, FileStamp(path: $0)) }, uniquingKeysWith: { first, _ in first })
    }
}

extension WebSecurity.Loaded {
    fileprivate var files: [String] { configuration.tls?.files ?? [] }
}

/// Why nobody is served at the moment.
struct WebSecurityProblem: Error, CustomStringConvertible {
    let description: String
}
