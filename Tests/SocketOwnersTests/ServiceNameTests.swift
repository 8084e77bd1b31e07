import Testing

@testable import SocketOwners

private let id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
private let short = "0123456789ab"
private let uid = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
private let unitUID = "1b4e28ba_2fa1_11d2_883f_0016d3cca427"
private let hash = "0123456789abcdef0123456789abcdef"

@Suite("The service of a cgroup")
struct ServiceNameTests {
    @Test(
        "is systemd's unit",
        arguments: [
            ("/system.slice/nginx.service", "nginx.service"),
            ("/system.slice/system-postgresql.slice/postgresql@16-main.service", "postgresql@16-main.service"),
            ("/system.slice/foo.service/workers/1", "foo.service"),
            ("/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service", "foo.service"),
            ("/user.slice/user-1000.slice/user@1000.service/init.scope", "user@1000.service"),
            ("/user.slice/user-1000.slice/session-3.scope", "session-3.scope"),
            ("/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-x-12.scope", "app-gnome-x-12.scope"),
            ("/system.slice/_memory.service", "memory.service"),
            ("/system.slice/my\\x2dapp.service", "my\\x2dapp.service"),
            ("/machine.slice/machine-db.scope", "machine-db.scope"),
        ]
    )
    func units(path: String, name: String) { #expect(ServiceName(cgroupPath: path).description == name) }

    @Test(
        "is a container by the engine and the short id",
        arguments: [
            ("/system.slice/docker-\(id).scope", "docker:\(short)"),
            ("/docker/\(id)", "docker:\(short)"),
            ("/docker/\(id)/init", "docker:\(short)"),
            ("/system.slice/nerdctl-\(id).scope", "containerd:\(short)"),
            ("/system.slice/cri-containerd-\(id).scope", "containerd:\(short)"),
            ("/k8s.io/\(id)", "containerd:\(short)"),
            ("/system.slice/crio-\(id).scope", "crio:\(short)"),
            ("/system.slice/crio-conmon-\(id).scope", "crio:\(short)"),
            ("/machine.slice/libpod-\(id).scope/container", "podman:\(short)"),
            ("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(id).scope", "podman:\(short)"),
            ("/machine.slice/libpod-conmon-\(id).scope", "podman:\(short)"),
            ("/libpod_parent/libpod-\(id)", "podman:\(short)"),
            ("/ecs/task-1/\(id)", "container:\(short)"),
            ("/lxc.payload.web", "lxc:web"),
            ("/lxc.monitor.web", "lxc:web"),
            ("/lxc/web", "lxc:web"),
        ]
    )
    func containers(path: String, name: String) { #expect(ServiceName(cgroupPath: path).description == name) }

    @Test(
        "inside a container is named with the container",
        arguments: [
            ("/system.slice/docker-\(id).scope/system.slice/nginx.service", "docker:\(short)/nginx.service"),
            ("/system.slice/docker-\(id).scope/init.scope", "docker:\(short)"),
            ("/lxc.payload.web/system.slice/ssh.service", "lxc:web/ssh.service"),
            ("/docker/\(id)/docker/f\(id.dropFirst())", "docker:f\(short.dropFirst())"),
        ]
    )
    func nested(path: String, name: String) { #expect(ServiceName(cgroupPath: path).description == name) }

    @Test("of a process is its container or its pod, and nothing where it is in none")
    func ofProcess() throws {
        let procfs = try FakeProcfs()
        let id = String(repeating: "0123456789abcdef", count: 4)
        try procfs.addProcess(1, sockets: [:], cgroup: "/init.scope")
        try procfs.addProcess(2, sockets: [:], cgroup: "/docker/\(id)/system.slice/nginx.service")
        try procfs.addProcess(3, sockets: [:], cgroup: "/kubepods/pod1b4e28ba-2fa1-11d2-883f-0016d3cca427/\(id)")
        let names = [1, 2, 3, 4].map { ServiceName.container(of: $0, procfs: procfs.procfs)?.description }
        #expect(names == [nil, "docker:0123456789ab", "pod:1b4e28ba-2fa1-11d2-883f-0016d3cca427", nil])
    }

    @Test(
        "in Kubernetes is the pod",
        arguments: [
            "/kubepods/pod\(uid)/\(id)",
            "/kubepods/burstable/pod\(uid)/\(id)",
            "/kubepods/besteffort/pod\(uid)",
            "/kubepods.slice/kubepods-pod\(unitUID).slice/cri-containerd-\(id).scope",
            "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod\(unitUID).slice/crio-\(id).scope",
            "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod\(unitUID).slice/docker-\(id).scope",
            "/system.slice/containerd.service/kubepods-burstable-pod\(unitUID).slice:cri-containerd:\(id)",
            "/docker/\(id)/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod\(unitUID).slice/crio-\(id).scope",
            "/kubepods/pod\(uid)/\(id)/system.slice/foo.service",
        ]
    )
    func pods(path: String) { #expect(ServiceName(cgroupPath: path).description == "pod:\(uid)") }

    @Test("of a static pod is its hash")
    func staticPod() {
        let path = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod\(hash).slice/crio-\(id).scope"
        #expect(ServiceName(cgroupPath: path).description == "pod:\(hash)")
    }

    @Test(
        "is the path of anything else",
        arguments: [
            "/system.slice", "/machine.slice", "/myservices/web", "/docker", "/docker/buildx", "/kubepods/burstable",
            "/system.slice/docker-abc", "/docker/\(id.dropLast())", "/docker/\(id.uppercased())", "/podcast/pod\(uid)",
            "/lxc", "/lxc.payload.", "/init.scope", "/kubepods/podx",
        ]
    )
    func others(path: String) {
        #expect(ServiceName(cgroupPath: path).description == path)
    }

    @Test("of the root is the root", arguments: ["/", ""])
    func root(path: String) {
        #expect(ServiceName(cgroupPath: path) == .root)
        #expect(ServiceName.root.description == "/")
    }
}

@Suite("The hierarchy of cgroups")
struct CgroupHierarchyTests {
    @Test(
        "is found among the mounts",
        arguments: [
            ("30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n", "/sys/fs/cgroup"),
            (
                """
                31 24 0:27 / /sys/fs/cgroup ro - tmpfs tmpfs ro
                32 31 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
                33 31 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
                """, "/sys/fs/cgroup/unified"
            ),
            (
                """
                30 24 0:26 /part /mnt/part rw - cgroup2 cgroup2 rw
                31 24 0:26 / /mnt/a\\040b\\134 rw shared:1 master:2 - cgroup2 none rw
                """, "/mnt/a b\\"
            ),
            ("30 24 0:26 /part /mnt/part rw - cgroup2 cgroup2 rw", "/mnt/part"),
        ]
    )
    func found(mounts: String, path: String) {
        #expect(CgroupHierarchy(mountInfo: mounts)?.path == path)
    }

    @Test(
        "may not be mounted",
        arguments: ["", "1 2 3", "33 31 0:29 / /cgroup2 rw - cgroup cgroup2 rw", " - cgroup2\n-"]
    )
    func absent(mounts: String) {
        #expect(CgroupHierarchy(mountInfo: mounts) == nil)
    }
}
