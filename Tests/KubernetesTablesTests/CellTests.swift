import KubernetesTables
import Testing

struct CellTests {
    @Test func tellsTextFromNumbers() {
        #expect(Cell.text("1") != Cell.integer(1))
    }
}
