public import SystemPackage

/// Where this project's own files lie, whatever the working directory.
public enum Repository {
    /// The top level of the checkout.
    public static let root: FilePath = {
        // <root>/Tests/TestSupport/Repository.swift
        FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
    }()

    /// A file below `fixtures/`, such as `fixture("cluster-1.36/with-history.db")`.
    ///
    /// Fixtures are read only; a test that changes bytes works on a copy in a temporary directory.
    public static func fixture(_ path: String) -> FilePath {
        self.root.appending("fixtures").pushing(FilePath(path))
    }
}
