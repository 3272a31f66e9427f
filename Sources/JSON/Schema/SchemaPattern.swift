/// A regular expression of a schema, searched for anywhere in a string.
///
/// `Regex` is not marked `Sendable`; one that was compiled is never changed, and matching once in `init` has made its
/// program before any other thread sees it.
package final class SchemaPattern: @unchecked Sendable {
    package let text: String
    private let regex: Regex<AnyRegexOutput>

    /// - Throws: what the standard library says of an expression that it can't read.
    package init(_ text: String) throws {
        self.text = text
        // ECMA-262, which schemas are written in, sees code points, and its `\d` and `\w` are ASCII's.
        regex = try Regex(text).matchingSemantics(.unicodeScalar).asciiOnlyDigits().asciiOnlyWordCharacters()
        _ = matches("")
    }

    package func matches(_ string: String) -> Bool {
        (try? regex.firstMatch(in: string)) != nil
    }
}
