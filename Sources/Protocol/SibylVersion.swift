/// The version of this software, as `sibyl --version` and `stats` tell it.
public enum SibylVersion {
    public static let current = "0.1.0"
}
