import Glibc
import HostSystem
import NetworkLab
import SocketOwners
import Testing

@testable import sse_sockwatch

/// A folder does for a hierarchy: its folders' inodes are their ids.
@Suite("The names of services")
struct ServiceNamerTests {
    private let folder: FolderHierarchy
    private let namer: ServiceNamer

    init() throws {
        folder = try FolderHierarchy()
        namer = ServiceNamer(directory: ServiceDirectory(hierarchy: CgroupHierarchy(path: folder.path), interval: 0))
    }

    private func names(_ ids: UInt64...) async -> [UInt64: String] {
        await namer.names(of: Set(ids), within: .seconds(10)).filter { ids.contains($0.key) }.mapValues(\.description)
    }

    @Test("are found when they are asked for, also those that come later")
    func later() async throws {
        let web = try folder.make("web.service")
        #expect(await names(web) == [web: "web.service"])
        let feed = try folder.make("feed.service")
        #expect(await names(web, feed, .max) == [web: "web.service", feed: "feed.service"])
        #expect(await names().isEmpty)
    }

    @Test("stay when the cgroup has gone")
    func gone() async throws {
        let old = try folder.make("old.service")
        #expect(await names(old) == [old: "old.service"])
        try folder.remove("old.service")
        // What is not known makes another walk, which does not find the old one any more.
        #expect(await names(old, .max) == [old: "old.service"])
    }

    @Test("are missing when they are not found in time, and nobody waits for them")
    func patience() async throws {
        let ids = try (0..<50).map { try folder.make("\($0).service") }
        let start = ContinuousClock.now
        _ = await namer.names(of: Set(ids), within: .zero)
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(await namer.names(of: Set(ids), within: .seconds(10)).count == 50)
    }

    @Test("are the same for many who ask at once")
    func crowd() async throws {
        let ids = Set(try (0..<20).map { try folder.make("\($0).service") })
        let counts = await withTaskGroup { group in
            for _ in 0..<50 { group.addTask { await namer.names(of: ids, within: .seconds(10)).count } }
            return await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(counts == [20])
    }
}

/// A folder of the test's own, removed with its last reference.
private final class FolderHierarchy: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/sockwatch-cgroups-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw LabError("mkdtemp: errno \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ProcFile.names(in: path) { rmdir("\(path)/\(name)") }
        rmdir(path)
    }

    func make(_ name: String) throws -> UInt64 {
        guard mkdir("\(path)/\(name)", 0o755) == 0, let id = ProcFile.inode(of: "\(path)/\(name)") else {
            throw LabError("mkdir \(name): errno \(errno)")
        }
        return id
    }

    func remove(_ name: String) throws {
        guard rmdir("\(path)/\(name)") == 0 else { throw LabError("rmdir \(name): errno \(errno)") }
    }
}
