internal import HostSystem
internal import Logging

/// What the agent keeps of the rights that it was started with.
struct Privileges: Sendable {
    /// What it had at the start, and has no more.
    private let lost: Capabilities

    /// Gives up what the agent has no use for once its sockets are open. Called while the program has one thread.
    init(for configuration: AgentConfiguration, _ collectors: Collectors, logger: Logger) {
        let needed = Self.needed(for: configuration, collectors)
        do throws(SystemCallError) {
            lost = try Capabilities.keepOnly(needed)
            guard !lost.isEmpty else { return }
            let kept = Capabilities.permitted
            logger.info(
                "gave up rights that it does not need",
                metadata: ["kept": "\(kept.isEmpty ? "none" : "\(kept)")"]
            )
        } catch {
            lost = []
            logger.warning("keeps all rights that it was started with", metadata: ["reason": "\(error)"])
        }
    }

    /// Whether a configuration that is read later can be followed.
    ///
    /// - Throws: ``CommandFailure`` when it takes what was given up.
    func check(_ configuration: AgentConfiguration) throws {
        let missing = Self.needed(for: configuration.namespaces).intersection(lost)
        guard missing.isEmpty else {
            throw CommandFailure(
                "network_namespaces: this takes \(missing), which the agent gave up when it started without; restart it"
            )
        }
    }

    private static func needed(for configuration: AgentConfiguration, _ collectors: Collectors) -> Capabilities {
        // The configuration and certificates are read again when they change. Containers have only the wider of the two.
        var needed: Capabilities =
            Capabilities.permitted.contains(.dacReadSearch) ? .dacReadSearch : [.dacReadSearch, .dacOverride]
        if collectors.services { needed.insert(.sysPtrace) }
        if collectors.events && configuration.evidence.eventBufferBytes > receiveBufferLimit {
            needed.insert(.netAdmin)
        }
        return needed.union(Self.needed(for: configuration.namespaces))
    }

    private static func needed(for namespaces: NamespaceSelection) -> Capabilities {
        namespaces.isOwnOnly ? [] : [.sysAdmin, .sysPtrace]
    }

    /// What the system grants to everybody. 0 when it does not tell.
    private static var receiveBufferLimit: Int {
        ProcFile.text(of: "/proc/sys/net/core/rmem_max").flatMap { Int($0.prefix { $0.isASCIIDigit }) } ?? 0
    }
}
