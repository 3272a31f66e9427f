internal import SibylJSON

/// What a payload is of.
package enum ContentType: Sendable, CaseIterable {
    case json
    /// An infer request of the Open Inference Protocol, version 2, and its response.
    case openInference
    /// The same with the binary tensor extension.
    case openInferenceBinary

    package var name: StaticString {
        switch self {
        case .json: "application/json"
        case .openInference: "application/vnd.open-inference+json"
        case .openInferenceBinary: "application/vnd.open-inference+binary"
        }
    }

    /// The member of a reply's envelope that says so.
    var member: StaticString {
        switch self {
        case .json: #""content_type":"application/json""#
        case .openInference: #""content_type":"application/vnd.open-inference+json""#
        case .openInferenceBinary: #""content_type":"application/vnd.open-inference+binary""#
        }
    }

    /// Nil for one that the protocol doesn't know.
    package init?(name: UnsafeRawBufferPointer) {
        guard let type = Self.allCases.first(where: { name.isEqual(to: $0.name) }) else { return nil }
        self = type
    }
}
