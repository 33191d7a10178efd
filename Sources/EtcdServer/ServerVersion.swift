/// The versions of etcd that the server names.
///
/// A kube-apiserver asks for at least 3.5.13 before it trusts watch progress for consistent reads from its cache.
public enum ServerVersion {
    public static let server = "3.5.21"
    public static let cluster = "3.5.0"
}
