internal import SibylProtocol

/// Which requests are whose, so that a cancel or the end of a connection finds its own without looking at all.
struct ClientTable {
    private var chains: [SlotLinks.Chain] = []
    private var vacant: [Int32] = []
    private var index: IndexTable
    private var links = SlotLinks()

    init(seed: UInt32) {
        index = IndexTable(seed: seed)
    }

    mutating func grow(to count: Int) {
        links.grow(to: count)
    }

    mutating func add(_ slot: Int32, of client: PeerID) {
        let place = index.index(of: client.rawValue) ?? enter(client)
        links.append(slot, to: &chains[Int(place)])
    }

    /// - Precondition: `slot` was added for `client`.
    mutating func remove(_ slot: Int32, of client: PeerID) {
        guard let place = index.index(of: client.rawValue) else { return }
        links.remove(slot, from: &chains[Int(place)])
        // A client is known as long as something of its is under way, so that those who come and go cost nothing.
        if chains[Int(place)].isEmpty {
            index.remove(client.rawValue)
            vacant.append(place)
        }
    }

    func slots(of client: PeerID) -> [Int32] {
        guard let place = index.index(of: client.rawValue) else { return [] }
        var slots: [Int32] = []
        var slot = chains[Int(place)].first
        while slot >= 0 {
            slots.append(slot)
            slot = links.following(slot)
        }
        return slots
    }

    private mutating func enter(_ client: PeerID) -> Int32 {
        let place = vacant.popLast() ?? Int32(chains.count)
        if Int(place) == chains.count { chains.append(SlotLinks.Chain()) }
        index.insert(place, for: client.rawValue)
        return place
    }
}
