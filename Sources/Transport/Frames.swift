/// The frames of one received message, kept in place so that receiving allocates nothing.
package struct Frames: ~Copyable {
    /// A routing id, a delimiter, an envelope and a payload: no message of the protocol has more. What
    /// arrives beyond is counted and dropped, so that a hostile message can't grow the buffer.
    package static let capacity = 4

    @usableFromInline
    let storage: UnsafeMutablePointer<Message>
    /// Where the frames' bytes are: asked of libzmq once a frame, not once a look.
    @usableFromInline
    let views: UnsafeMutablePointer<UnsafeRawBufferPointer>
    /// The frames that arrived, those beyond `capacity` included.
    package var count = 0

    package init() {
        storage = .allocate(capacity: Self.capacity)
        views = .allocate(capacity: Self.capacity)
        views.initialize(repeating: UnsafeRawBufferPointer(start: nil, count: 0), count: Self.capacity)
        for index in 0..<Self.capacity { (storage + index).initialize(to: Message()) }
    }

    deinit {
        storage.deinitialize(count: Self.capacity)
        storage.deallocate()
        views.deallocate()
    }

    @inlinable @inline(__always)
    package subscript(_ index: Int) -> Message {
        _read { yield storage[index] }
        nonmutating _modify { yield &storage[index] }
    }

    /// A frame's bytes, valid until it is moved or the next message is received: the frames never move themselves.
    @inlinable @inline(__always)
    package func bytes(_ index: Int) -> UnsafeRawBufferPointer {
        views[index]
    }

    /// A frame's bytes have arrived.
    @inlinable @inline(__always)
    func note(_ index: Int) {
        views[index] = storage[index].bytesInPlace()
    }
}
