import SystemPackage

/// Whether everybody may read the file; false when that cannot be found out.
///
/// A group that may is not counted: keys of group `etcd` with mode 0640 are usual.
func othersCanRead(_ path: String) -> Bool {
    guard let status = try? Stat(FilePath(path)) else { return false }
    return status.permissions.contains(.otherRead)
}
