import FuzzKit
import Glibc
import SystemPackage

guard CommandLine.arguments.count == 2, let folder = CommandLine.arguments.last.map({ FilePath($0) }) else {
    print(
        "usage: fuzz-seeds FOLDER\nWrites the seeds that are not text: FOLDER/datagrams/*, FOLDER/samples/*, FOLDER/captures/*"
    )
    exit(2)
}

for (target, seeds) in [("datagrams", Seeds.datagrams), ("samples", Seeds.samples), ("captures", Seeds.captures)] {
    for (name, bytes) in seeds {
        let file = try FileDescriptor.open(
            folder.appending(target).appending(name),
            .writeOnly,
            options: [.create, .truncate],
            permissions: [.ownerReadWrite, .groupRead, .otherRead]
        )
        try file.closeAfter { _ = try file.writeAll(bytes) }
    }
}
