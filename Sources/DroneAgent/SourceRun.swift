/// Runs a source again and again while it fails: a file, a folder or a pipe that is not there yet may come.
enum SourceRun {
    /// Returns true when `run` has ended by itself, false when it was stopped.
    static func untilEnd(
        isStopped: () -> Bool, pause: () -> Void, onFailure: (any Error) -> Void, run: () throws -> Void
    ) -> Bool {
        while !isStopped() {
            do {
                try run()
                return !isStopped()
            } catch {
                if isStopped() { return false }
                onFailure(error)
                pause()
            }
        }
        return false
    }
}
