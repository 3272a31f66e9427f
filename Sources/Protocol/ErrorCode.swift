/// The error codes of the wire protocol.
///
/// The raw value is the number that travels in a worker's answer header, so that the broker can count failures
/// without parsing JSON; it never changes.
public enum ErrorCode: UInt8, Sendable, Hashable, CaseIterable {
    case malformedEnvelope = 1
    case unsupportedVersion = 2
    case unknownOperation = 3
    case malformedPayload = 4
    case invalidInput = 5
    case unsupportedContentType = 6
    case modelNotFound = 7
    case versionNotFound = 8
    case payloadTooLarge = 9
    case unauthorized = 10
    case forbidden = 11
    case overloaded = 12
    case unavailable = 13
    case deadlineExceeded = 14
    case cancelled = 15
    case workerLost = 16
    case predictionFailed = 17
    case `internal` = 18

    /// The code as it stands in JSON.
    public var wireName: String {
        switch self {
        case .malformedEnvelope: "malformed_envelope"
        case .unsupportedVersion: "unsupported_version"
        case .unknownOperation: "unknown_operation"
        case .malformedPayload: "malformed_payload"
        case .invalidInput: "invalid_input"
        case .unsupportedContentType: "unsupported_content_type"
        case .modelNotFound: "model_not_found"
        case .versionNotFound: "version_not_found"
        case .payloadTooLarge: "payload_too_large"
        case .unauthorized: "unauthorized"
        case .forbidden: "forbidden"
        case .overloaded: "overloaded"
        case .unavailable: "unavailable"
        case .deadlineExceeded: "deadline_exceeded"
        case .cancelled: "cancelled"
        case .workerLost: "worker_lost"
        case .predictionFailed: "prediction_failed"
        case .internal: "internal"
        }
    }

    /// A code of a later protocol is none of ours: nil.
    public init?(wireName: String) {
        guard let code = Self.allCases.first(where: { $0.wireName == wireName }) else { return nil }
        self = code
    }

    /// Whether the same request may succeed when it is sent again.
    public var isRetryable: Bool {
        switch self {
        case .overloaded, .unavailable, .deadlineExceeded, .workerLost, .internal: true
        default: false
        }
    }
}
