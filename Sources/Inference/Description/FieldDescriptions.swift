public import SibylJSON

/// How one input tensor is given in a record.
public struct InputDescription: Sendable, Hashable {
    public enum Fields: Sendable, Hashable {
        /// The tensor is one member: a scalar, or nested arrays by its shape.
        case whole(FeatureDescription)
        /// Each column of the tensor, in this order, is a scalar member.
        case features([FeatureDescription])
    }

    /// The tensor's name.
    public var tensor: String
    public var fields: Fields

    public init(tensor: String, fields: Fields) {
        self.tensor = tensor
        self.fields = fields
    }

    /// A tensor that is taken as it is, under its own name.
    public init(tensor: String) {
        self.init(tensor: tensor, fields: .whole(FeatureDescription(tensor)))
    }

    /// A mapping with `tensor` and either `features` or the members of a feature; or the tensor's name alone.
    init(_ value: DescribedValue) {
        if let tensor = value.json.string {
            self.init(tensor: tensor)
            return
        }
        var members = value.members()
        self.init(tensor: members.name("tensor"))
        if let features = members["features"] {
            fields = .features(features.list().map(FeatureDescription.init))
        } else {
            fields = .whole(FeatureDescription(members["name"]?.text() ?? tensor, &members))
        }
        members.refuseOthers()
    }
}

/// A member of the record that a model takes.
public struct FeatureDescription: Sendable, Hashable {
    public var name: String
    public var description: String?
    /// The unit of its numbers, such as `cm`.
    public var unit: String?
    /// Bounds of its numbers, inclusive; those of an array hold for each element.
    public var minimum: Double?
    public var maximum: Double?
    /// What stands for a member that is missing; a member without one is required. For an array either the whole of it, or
    /// one scalar that fills it.
    public var defaultValue: JSONValue?
    /// Whether null means a value that is not known, which is computed as not a number (NaN); a scalar may then be missing as
    /// well. Only for floating point.
    public var isNullable = false

    public init(_ name: String) {
        self.name = name
    }

    /// A mapping; or a name alone.
    init(_ value: DescribedValue) {
        if let name = value.json.string {
            self.init(name)
            return
        }
        var members = value.members()
        self.init(members.name("name"), &members)
        members.refuseOthers()
    }

    /// All but the name.
    fileprivate init(_ name: String, _ members: inout DescribedMembers) {
        self.name = name
        description = members["description"]?.text()
        unit = members["unit"]?.text()
        minimum = members["minimum"]?.number()
        maximum = members["maximum"]?.number()
        defaultValue = members["default"]?.json
        isNullable = members["nullable"]?.flag() ?? false
    }
}

/// An output tensor that is given, and how.
public struct OutputDescription: Sendable, Hashable {
    /// The tensor's name.
    public var tensor: String
    /// The member of the output's record; the tensor's name when nil.
    public var name: String?
    public var description: String?
    /// The unit of its numbers.
    public var unit: String?
    /// The tensor's shape, the dimension that counts items included, -1 for any length: for files that tell none, or a wrong
    /// one. What the file tells when nil; then one that is told to be a scalar may have any shape, since that is also how a
    /// file looks that tells none.
    public var shape: [Int]?
    /// Names of classes. An integer tensor is given as the names at these places, counted from 0; of any other tensor the
    /// last dimension is given as an object with these keys.
    public var labels: [String] = []
    /// Whether numbers that JSON has no form for (not a number, infinite) are given as null. Else such an output fails.
    public var isNullable = false

    public init(tensor: String) {
        self.tensor = tensor
    }

    /// A mapping; or the tensor's name alone.
    init(_ value: DescribedValue) {
        if let tensor = value.json.string {
            self.init(tensor: tensor)
            return
        }
        var members = value.members()
        self.init(tensor: members.name("tensor"))
        name = members["name"]?.text()
        description = members["description"]?.text()
        unit = members["unit"]?.text()
        shape = members["shape"]?.list().compactMap { $0.whole(in: -1...Int.max) }
        labels = members["labels"]?.texts() ?? []
        isNullable = members["nullable"]?.flag() ?? false
        members.refuseOthers()
    }
}
