internal import SibylJSON
internal import SibylModel

extension TensorInference {
    /// Appends a payload to the group that it can be computed with.
    func gather(
        _ payload: Payload, at index: Int, in scratch: TensorScratch, _ document: JSONDocument
    ) throws {
        guard payload.form == .json else { return try gather(try InferRequest(payload), at: index, in: scratch) }
        try reader.read(payload.bytes, with: document) { record in
            binding.fields.find(in: record, &scratch.members)
            let group = try scratch.group(of: binding.itemShapes(of: scratch.members))
            try group.append(scratch.members, of: index, with: binding)
        }
    }

    private func gather(_ request: InferRequest, at index: Int, in scratch: TensorScratch) throws(PredictionError) {
        let tensors = try directory.tensors(of: request)
        let outputs = try directory.outputs(of: request)
        let count = binding.isBatched ? itemCount(tensors, outputs) : nil
        let shapes = tensors.map { count == nil ? $0.shape : Array($0.shape.dropFirst()) }
        let group = try scratch.group(of: shapes, isShared: count != nil)
        group.append(tensors, count: count ?? 1, of: index, request, outputs: outputs)
    }

    /// How many items a request has; nil for one that must be computed by itself, since its tensors tell no common number
    /// of items, or an output that it wants can't be told apart by items.
    private func itemCount(_ tensors: [TensorView], _ outputs: [Int]) -> Int? {
        guard let count = tensors.first?.shape.first, count > 0, tensors.allSatisfy({ $0.shape.first == count }),
            outputs.allSatisfy({ binding.signature.outputs[$0].shape.first == -1 })
        else { return nil }
        return count
    }
}

extension RecordBinding {
    /// The shape of an item, an input each.
    ///
    /// - Parameter members: the nodes of a record's fields.
    fileprivate func itemShapes(of members: [JSONNode?]) -> [[Int]] {
        guard isRagged else { return fixedShapes }
        var next = 0
        return inputs.map { input in
            defer { next += input.fields.count }
            guard input.isRagged else { return input.shape }
            guard let node = members[next] else { return input.fields[0].fallback?.shape ?? input.shape }
            return TensorBuffer.shape(of: node, within: input.shape)
        }
    }
}
