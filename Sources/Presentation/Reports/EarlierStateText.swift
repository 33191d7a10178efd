public import Operations

extension EarlierState {
    /// What a person should know of the state that is taken, a line each.
    ///
    /// - Parameter missingLeaseTTL: How long leases live that were granted anew, in seconds.
    /// - Returns: The lines.
    public func lines(missingLeaseTTL: Int64) -> [String] {
        var lines: [String] = []
        if self.revision < self.newestRevision {
            lines.append(
                "Note: the keys are those of revision \(self.revision), of \(self.newestRevision); users, roles and "
                    + "alarms have no history and are the newest"
            )
        }
        if !self.grantedLeases.isEmpty {
            let count = self.grantedLeases.count
            lines.append(
                "Note: \(counted(count, "lease")) that its keys hang on \(count == 1 ? "is" : "are") gone, and granted "
                    + "anew for \(humanSeconds(Double(missingLeaseTTL)))"
            )
        }
        return lines
    }

    /// Warns when clients may see the restored store's revision go back; nil when they do not.
    public func warning(restoredRevision: Int64) -> String? {
        guard restoredRevision < self.newestRevision else { return nil }
        return "Warning: clients may have seen revisions up to \(self.newestRevision): --bump-revision with "
            + "--mark-compacted keeps them from seeing it go back"
    }
}
