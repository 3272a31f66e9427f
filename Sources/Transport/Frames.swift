/// The frames of one received message, kept in place so that receiving allocates nothing.
package struct Frames: ~Copyable {
    /// A routing id, a delimiter, an envelope and a payload: no message of the protocol has more. What
    /// arrives beyond is counted and dropped, so that a hostile message can't grow the buffer.
    package static let capacity = 4

    @usableFromInline
    var storage: InlineArray<4, Message>
    /// The frames that arrived, those beyond `capacity` included.
    package var count = 0

    package init() {
        storage = InlineArray { _ in Message() }
    }

    @inlinable @inline(__always)
    package subscript(_ index: Int) -> Message {
        _read { yield storage[index] }
        _modify { yield &storage[index] }
    }
}
