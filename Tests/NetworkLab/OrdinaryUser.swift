import CNetworkLab
import Glibc

/// Takes root's identity and with it every capability from the calling thread, for good, and from no other.
///
/// Only for threads that end soon, as those do that run the body of ``LabNamespace/perform(_:)``.
public func becomeOrdinaryUserOnThisThread() throws {
    let nobody: UInt32 = 65534
    try systemCall("become user \(nobody)") { lab_set_thread_user(nobody) }
}
