internal import SibylJSON

extension TensorSignature {
    /// As JSON: `inputs` and `outputs`, each a list of `name`, `datatype` and `shape`, as the Open Inference Protocol's
    /// metadata of a model has them.
    public var openInferenceText: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for (key, tensors) in [("inputs", inputs), ("outputs", outputs)] {
            writer.key(key)
            writer.beginArray()
            for tensor in tensors { tensor.write(to: &writer) }
            writer.endArray()
        }
        writer.endObject()
        return writer.bytes
    }
}

extension TensorSpec {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("name")
        writer.string(name)
        writer.key("datatype")
        writer.string(type.openInferenceName)
        writer.key("shape")
        writer.beginArray()
        for length in shape { writer.integer(length) }
        writer.endArray()
        writer.endObject()
    }
}
