extension JSONParser {
    /// A parser in an array that is the whole text, behind its element that ends at `position`: for who reads a long array a
    /// part at a time. What stands before the position is taken to have been read.
    public init(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .standard, behindElementEndingAt position: Int
    ) {
        self.init(bytes, limits: limits)
        self.position = position
        // The bits of all levels are zero, which is what an array's is.
        depth = 1
    }
}
