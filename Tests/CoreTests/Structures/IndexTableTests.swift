import Testing

@testable import SibylCore

@Suite struct IndexTableTests {
    @Test func itHoldsWhatADictionaryHolds() {
        var table = IndexTable(seed: 3)
        var model: [UInt64: Int32] = [:]
        // Few keys, so that insertions and deletions meet in the same chains of probes.
        var state: UInt64 = 1
        for step in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let key = (state >> 33) % 300
            if model[key] == nil {
                table.insert(Int32(step), for: key)
                model[key] = Int32(step)
            } else {
                table.remove(key)
                model[key] = nil
            }
        }
        #expect(table.count == model.count)
        #expect((0..<300).allSatisfy { table.index(of: $0) == model[$0] })
    }

    @Test func removingWhatItDoesNotHoldDoesNothing() {
        var table = IndexTable(seed: 0)
        table.insert(5, for: 9)
        table.remove(8)
        #expect(table.index(of: 9) == 5)
        #expect(table.count == 1)
    }
}
