/// A device, file or folder that the agent reads a source from.
public struct SourceOpening: Hashable, Sendable {
    /// Where it is.
    public var path: String
    /// What is read from it, for messages.
    public var what: String
    /// The group that may read it on Debian; nil for files.
    public var group: String?
    /// What cannot go well although it is there, and how to mend it.
    public var fault: Fault?
    /// A fault of the configuration.
    public struct Fault: Hashable, Sendable {
        /// The fact.
        public var text: String
        /// The line to write instead.
        public var mend: String
    }

    init(path: String, what: String, group: String? = nil, fault: Fault? = nil) {
        (self.path, self.what, self.group, self.fault) = (path, what, group, fault)
    }
}
