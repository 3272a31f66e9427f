internal import COnnxRuntime

/// What a file of ONNX says of itself; empty where it says nothing.
public struct ONNXMetadata: Sendable, Hashable {
    /// The program that wrote it: `pytorch`, `skl2onnx`.
    public var producer = ""
    public var domain = ""
    /// The model's description, as its author wrote it.
    public var description = ""
    public var graphName = ""
    public var graphDescription = ""
    /// The author's number of the model's version, where there is one.
    public var version: Int64?
    /// Whatever else there is, by name.
    public var custom: [String: String] = [:]
}

extension ONNXSession {
    func metadata() throws(ONNXStatus) -> ONNXMetadata {
        let (api, allocator) = (library.api, library.allocator)
        let object = try api.object { api.pointee.SessionGetModelMetadata(handle, $0) }
        defer { api.pointee.ReleaseModelMetadata(object) }
        var metadata = ONNXMetadata()
        metadata.producer = try library.text { api.pointee.ModelMetadataGetProducerName(object, allocator, $0) }
        metadata.domain = try library.text { api.pointee.ModelMetadataGetDomain(object, allocator, $0) }
        metadata.description = try library.text { api.pointee.ModelMetadataGetDescription(object, allocator, $0) }
        metadata.graphName = try library.text { api.pointee.ModelMetadataGetGraphName(object, allocator, $0) }
        metadata.graphDescription = try library.text {
            api.pointee.ModelMetadataGetGraphDescription(object, allocator, $0)
        }
        let version: Int64 = try api.number { api.pointee.ModelMetadataGetVersion(object, $0) }
        // ONNX Runtime's word for none.
        metadata.version = version == .max ? nil : version
        for key in try customKeys(of: object) {
            metadata.custom[key] = try library.text {
                api.pointee.ModelMetadataLookupCustomMetadataMap(object, allocator, key, $0)
            }
        }
        return metadata
    }

    private func customKeys(of object: OpaquePointer) throws(ONNXStatus) -> [String] {
        var keys: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count: Int64 = try library.api.number {
            library.api.pointee.ModelMetadataGetCustomMetadataMapKeys(object, library.allocator, &keys, $0)
        }
        guard let keys else { return [] }
        defer { library.free(keys) }
        return (0..<Int(count)).compactMap { index in
            guard let key = keys[index] else { return nil }
            defer { library.free(key) }
            return String(cString: key)
        }
    }
}
