internal import IrisModel
public import SibylModel

private let plugin = PluginTable(serving: IrisModel.self)

/// The one symbol that a plug-in exports.
@c(sibyl_plugin_table)
public func sibylPluginTable() -> UnsafePointer<sibyl_plugin> {
    plugin.pointer
}
