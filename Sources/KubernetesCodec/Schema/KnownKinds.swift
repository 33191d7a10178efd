import CSchemas

extension Schema {
    /// Kubernetes 1.8 to 1.37, and OpenShift's own groups.
    static let known = SchemaReader.read([
        table(kubernetes_schema_table()), table(openshift_schema_table()),
    ])

    private static func table(_ table: schema_table) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: table.bytes, count: table.count)
    }
}
