/// The broker-worker half of the protocol: a fixed little-endian header, and what follows it.
///
/// Every message starts with the same four bytes: its kind, the protocol's version (1), and 16 bits of flags.
/// `docs/protocol.md` gives the layouts byte for byte, for workers in other languages.
package enum WorkerMessage {
    package static let version: UInt8 = 1

    /// The first byte, a letter so that a packet capture can be read.
    package enum Kind: UInt8, Sendable {
        // From a worker.
        case hello = 0x48  // H
        /// What the worker serves has changed.
        case models = 0x4D  // M
        case pong = 0x4F  // O
        case answer = 0x41  // A
        /// The worker did not take a dispatched request: it is given to another at no cost.
        case refusal = 0x4E  // N
        /// No new work, please; what was taken will be answered.
        case draining = 0x51  // Q
        /// All is answered: the worker leaves.
        case goodbye = 0x47  // G

        // From either.
        /// Several messages of one frame.
        case bundle = 0x42  // B

        // From a broker.
        case welcome = 0x57  // W
        case ping = 0x50  // P
        case dispatch = 0x44  // D
        case cancel = 0x43  // C
        /// The broker doesn't know the sender: it should say hello again.
        case introduce = 0x49  // I
        /// An operator's wish about models.
        case wish = 0x52  // R
    }

    package struct Flags: OptionSet, Sendable {
        package let rawValue: UInt16

        package init(rawValue: UInt16) {
            self.rawValue = rawValue
        }

        // In plain bits: across modules the set's own operations are not specialised, and cost more than the message.
        package init(isTwoFrames: Bool, isBatch: Bool, isBulk: Bool = false) {
            rawValue = (isTwoFrames ? 1 : 0) | (isBatch ? 2 : 0) | (isBulk ? 8 : 0)
        }

        package var isTwoFrames: Bool { rawValue & 1 != 0 }
        package var isBatch: Bool { rawValue & 2 != 0 }
        package var isBulk: Bool { rawValue & 8 != 0 }

        /// The client's message has two frames: its envelope follows the header, its payload is the next frame.
        package static let twoFrames = Flags(rawValue: 1)
        /// The envelope says `"batch": true`.
        package static let batch = Flags(rawValue: 2)
        /// An answer that is an error reply.
        package static let failed = Flags(rawValue: 4)
        /// The envelope says `"priority": "bulk"`: interactive requests go first.
        package static let bulk = Flags(rawValue: 8)
    }

    package static func kind(of frame: UnsafeRawBufferPointer) -> Kind? {
        guard frame.count >= 4, frame[1] == version else { return nil }
        return Kind(rawValue: frame[0])
    }

    static func flags(of frame: UnsafeRawBufferPointer) -> Flags {
        Flags(rawValue: frame.littleEndian(at: 2, as: UInt16.self))
    }

    static func begin(_ kind: Kind, _ flags: Flags = [], in frame: UnsafeMutableRawBufferPointer) {
        frame[0] = kind.rawValue
        frame[1] = version
        frame.storeLittleEndian(flags.rawValue, at: 2)
    }
}

extension UnsafeRawBufferPointer {
    @inline(__always)
    func littleEndian<Number: FixedWidthInteger>(at offset: Int, as type: Number.Type) -> Number {
        Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}

extension UnsafeMutableRawBufferPointer {
    @inline(__always)
    func storeLittleEndian<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
        storeBytes(of: number.littleEndian, toByteOffset: offset, as: Number.self)
    }
}
