import EtcdClient
import EtcdStorage
import Operations

extension ErrorText {
    /// Why a snapshot was not restored.
    init(restore error: RestoreError) {
        switch error {
        case .noDigest(let path):
            self.init(
                "\(path) has no digest, so damage to it could not be seen",
                advice: "give --skip-hash-check to restore it all the same, after `registree verify`"
            )
        case .unsound(let path, let findings):
            self.init(
                "\(path) is damaged: \(counted(findings, "finding"))",
                advice: "\(verifyCommand(path)) lists them"
            )
        case .writtenFileDiffers(let path):
            self.init("\(path) does not read back as it was written; nothing was restored")
        case .unusableMemberName(let name):
            self.init("the member name \"\(name)\" cannot be the name of a directory")
        }
    }

    /// Why a file was not converted.
    init(convert error: ConvertError) {
        switch error {
        case .etcdAlready(let path):
            self.init(
                "\(path) is etcd's already, and not kine's file",
                advice: "`registree restore` takes it as it is"
            )
        case .unsound(let path):
            self.init("\(path) does not read back as it was written; nothing was kept")
        }
    }

    /// Why a damaged database was not salvaged.
    init(salvage error: SalvageError) {
        switch error {
        case .newFileUnsound(let path, let first):
            self.init("\(path) does not read back as a sound snapshot (\(first)), and was removed")
        }
    }

    /// Why the only member that was asked gave no snapshot.
    init(take refusal: TakeRefusal) {
        let advice =
            if case .unusable(.fewKeys) = refusal.reason {
                "nothing was kept: look at what the member has, or expect fewer"
            } else {
                "nothing was kept: take from another member, and look at this one's log and disk"
            }
        self.init(refusal.sentence, advice: advice)
    }

    /// Why no snapshot was taken.
    init(take error: TakeError) {
        self.init(
            error.sentence,
            advice: error.isForWantOfVoters ? "name a voting member, or give --allow-learner" : nil
        )
    }
}

extension TakeError {
    var sentence: String {
        switch self {
        case .noDigest(let received):
            "the snapshot ended after \(received) bytes without its SHA-256"
        case .digestDiffers(let sent, let computed):
            "the snapshot came with SHA-256 \(hexadecimal(sent)), its bytes have \(hexadecimal(computed))"
        case .unreadable(let reason):
            StorageError(reason, path: "what was sent as a snapshot").description
        case .unsound(let findings, let first):
            "the snapshot is damaged: \(counted(findings, "finding")), the first: \(first)"
        case .behind(let revision, let said):
            "the snapshot ends at revision \(revision), though the member was at \(said)"
        case .fewKeys(let keys, let expected):
            "the snapshot has \(counted(keys, "key")), and --expect-keys wants \(expected)"
        case .noSource(let refusals):
            "no endpoint gave a snapshot" + refusals.map { "\n  \($0.sentence)" }.joined()
        }
    }
}

extension TakeError {
    /// Whether a learner was all that could be reached.
    fileprivate var isForWantOfVoters: Bool {
        guard case .noSource(let refusals) = self else { return false }
        return refusals.contains { refusal in
            guard case .leftOut(let refused) = refusal.reason else { return false }
            return refused.reason == .learner
        }
    }
}

extension TakeRefusal {
    var sentence: String {
        switch self.reason {
        case .leftOut(let refused): refused.sentence
        case .failed(let error): error.description
        case .unusable(let error): "\(self.endpoint): \(error.sentence)"
        }
    }
}

extension SnapshotSources.Refused {
    fileprivate var sentence: String {
        switch self.reason {
        case .learner: "\(self.endpoint): a learner, which may not have all data yet"
        case .corrupt: "\(self.endpoint): the cluster has marked its data as corrupt"
        case .sameMember(let other): "\(self.endpoint): the same member as \(other)"
        case .notReached(let error): error.description
        }
    }
}
