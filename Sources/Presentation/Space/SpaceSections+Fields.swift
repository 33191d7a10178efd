import KubernetesCodec
import KubernetesRegistry
import Operations

extension SpaceSections {
    /// The tables of fields and managers; none when these were not looked at.
    var fieldTables: [SpaceTable] {
        guard let fields = self.usage.fields else { return [] }
        return [self.fields(of: fields), self.fieldsByResource(of: fields), self.managers(of: fields)]
    }

    private func fields(of space: FieldSpace) -> SpaceTable {
        var table = SpaceTable("Fields of live values", headings: ["FIELD", "SIZE", "SHARE", ""])
        let total = space.total.byteCount
        let fields = space.total.fields
        for field in fields.prefix(self.limit) {
            table.append(
                [field.path, byteText(field.byteCount), percentText(field.byteCount, of: total)],
                share: share(field.byteCount, of: total)
            )
        }
        let rest = fields.dropFirst(self.limit)
        if !rest.isEmpty {
            let byteCount = rest.reduce(0) { $0 + $1.byteCount }
            table.append(
                ["\(rest.count) more", byteText(byteCount), percentText(byteCount, of: total)],
                share: share(byteCount, of: total)
            )
        }
        if space.unopenedCount > 0 {
            table.remark =
                counted(space.unopenedCount, "value")
                + (space.unopenedCount == 1
                    ? " is encrypted and was not opened" : " are encrypted and were not opened")
                + ": give --encryption-config."
        }
        return table
    }

    private func fieldsByResource(of space: FieldSpace) -> SpaceTable {
        var table = SpaceTable(
            "Managed fields and kubectl's copies by resource",
            headings: ["RESOURCE", "VALUES", "MANAGED FIELDS", "SHARE", "LAST APPLIED", "SHARE"]
        )
        let names = SpaceNames(showsRoots: self.usage.hasSeveralClusters)
        for (resource, sizes) in space.resources.prefix(self.limit) where sizes.objectCount > 0 {
            let (managed, applied) = (sizes.managedFieldsByteCount, sizes.lastAppliedByteCount)
            table.append([
                names.name(of: resource), byteText(sizes.byteCount),
                byteText(managed), percentText(managed, of: sizes.byteCount),
                byteText(applied), percentText(applied, of: sizes.byteCount),
            ])
        }
        return table
    }

    private func managers(of space: FieldSpace) -> SpaceTable {
        var table = SpaceTable(
            "Managers, by the size of their managed fields",
            headings: ["MANAGER", "ENTRIES", "SIZE", "SHARE", ""]
        )
        let total = space.total.byteCount
        for manager in space.total.fieldManagers.prefix(self.limit) {
            table.append(
                [
                    manager.name.isEmpty ? "(none)" : manager.name, String(manager.entryCount),
                    byteText(manager.byteCount), percentText(manager.byteCount, of: total),
                ],
                share: share(manager.byteCount, of: total)
            )
        }
        return table
    }
}
