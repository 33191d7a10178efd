import Archives
import EtcdStorage
import Operations
import Presentation
import Testing

/// What an error tells people to do next.
struct ErrorTextTests {
    private func advice(_ reason: StorageError.Reason, path: String = "a b.db") -> String {
        ErrorText(StorageError(reason, path: path)).advice ?? ""
    }

    @Test func commandsNameTheSourceAsAShellReadsIt() {
        for reason in [StorageError.Reason.badRevisionKey, .bytesBefore(count: 5)] {
            #expect(self.advice(reason).hasPrefix("`registree verify 'a b.db'`"))
            let piped = self.advice(reason, path: BackupRequest.standardInputName)
            #expect(piped.hasPrefix("`registree verify -`"))
        }
        let unsound = RestoreError.unsound(path: BackupRequest.standardInputName, findings: 2)
        #expect(ErrorText(unsound).advice == "`registree verify -` lists them")
    }

    @Test func nobodyIsToldToUnpackWhatWasMadeToDoHarm() {
        for error in [ArchiveError.unsafeName("../x"), .unpacksToTooMuch(packed: 1, limit: 2)] {
            #expect(self.advice(.archive(error)).contains("use another copy"))
        }
        #expect(
            self.advice(.archive(.severalSnapshots(["a", "b"])))
                == "unpack it, and give the one of them that is meant"
        )
    }

    @Test func aBrokenDeltaFileSaysWhichRevisionIsThereWithoutIt() {
        let advice = self.advice(.changes(problem: "it is cut short", known: 41))
        #expect(advice == "use another copy of it; --revision 41 gives the newest state before it")
    }
}
