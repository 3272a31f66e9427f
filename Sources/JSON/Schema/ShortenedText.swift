extension String {
    /// The text cut to so many code points, with `…` where something is missing. Code points, since a character may have
    /// any number of them.
    func shortened(to length: Int) -> String {
        let scalars = unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: length, limitedBy: scalars.endIndex),
            end != scalars.endIndex
        else { return self }
        return String(scalars[..<end]) + "…"
    }
}
