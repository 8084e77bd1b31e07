internal import ArgumentParser

struct SockwatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sse-sockwatch",
        abstract: "Watches the TCP connections of Server-Sent Events services from the kernel.",
        discussion: """
            It asks the kernel for the sockets of the watched ports, tells healthy ports from those that leak \
            connections, holds the server's own numbers beside the kernel's, and serves it all to Prometheus. It never \
            closes, resets or changes a socket.

            Exit codes: 0 ok, 1 finding, 2 usage or failure.
            """,
        version: "sse-sockwatch \(BuildVersion.text)",
        subcommands: [
            RunCommand.self, ListCommand.self, CheckCommand.self, CompanionCommand.self, RecordCommand.self,
            CheckConfigCommand.self, DemoCommand.self, MetricsReferenceCommand.self,
        ]
    )
}
