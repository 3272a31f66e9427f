import SibylInference
import SibylModel
import Testing

@testable import SibylRepository

@Suite struct RepositoryCoreTests {
    /// A repository that has `iris 1.0.0` loaded.
    private func serving() -> RepositoryHarness {
        let repository = RepositoryHarness()
        repository.put("iris", "1.0.0")
        repository.look()
        repository.finish()
        return repository
    }

    // MARK: - The start

    @Test func whatIsThereIsLoadedOneAfterAnotherBeforeAnythingIsServed() {
        let repository = RepositoryHarness()
        repository.put("iris", "1.0.0")
        repository.put("iris", "1.1.0")
        repository.put("digits", "7")
        #expect(repository.look() == ["load digits 7"])
        #expect(repository.finish() == ["load iris 1.0.0"])
        #expect(repository.look(after: 1) == [])
        #expect(repository.finish() == ["load iris 1.1.0 after 1.0.0"])
        #expect(repository.finish() == ["serve digits 7.0.0#1, iris 1.0.0#2, iris 1.1.0#3"])
        #expect(repository.look(after: 1) == [])
    }

    @Test func anEmptyRepositoryIsServedAtOnce() {
        #expect(RepositoryHarness().look() == ["serve nothing"])
    }

    @Test func aFailureAtTheStartHoldsNothingUp() {
        let repository = RepositoryHarness()
        repository.put("digits", "1.0.0")
        repository.put("iris", "1.0.0")
        repository.look()
        #expect(
            repository.finish("is broken") == [
                "note failed(name: \"digits\", version: \"1.0.0\", \"is broken\", isServed: false)", "load iris 1.0.0",
            ])
        #expect(repository.finish() == ["serve iris 1.0.0#2, failed digits 1.0.0 (is broken)"])
    }

    @Test func theStartWaitsForACopyUnderWayForAsLongAsFilesTakeToSettle() {
        let repository = RepositoryHarness()
        repository.put("iris", "1.0.0")
        repository.put("iris", "1.1.0", age: 1)
        #expect(repository.look() == ["load iris 1.0.0"])
        #expect(repository.finish() == [])
        #expect(repository.look(after: 0.5) == [])
        #expect(repository.look(after: 0.5) == ["load iris 1.1.0 after 1.0.0"])
        #expect(repository.finish() == ["serve iris 1.0.0#1, iris 1.1.0#2"])
    }

    @Test func theStartDoesNotWaitForFilesThatNeverSettle() {
        let repository = RepositoryHarness()
        repository.put("iris", "1.0.0", contents: 1, age: 0)
        repository.look()
        repository.put("iris", "1.0.0", contents: 2, age: 0)
        #expect(repository.look(after: 1) == [])
        repository.put("iris", "1.0.0", contents: 3, age: 0)
        #expect(repository.look(after: 1) == ["serve nothing"])
    }

    // MARK: - Versions that come, change and go

    @Test func aNewVersionIsLoadedOnceItsFilesHaveStayedTheSame() {
        let repository = serving()
        repository.put("iris", "1.1.0", contents: 1, age: 0)
        #expect(repository.look(after: 1) == [])
        repository.put("iris", "1.1.0", contents: 2, age: 0)
        #expect(repository.look(after: 1) == [])
        #expect(repository.look(after: 1) == [])
        #expect(
            repository.look(after: 1) == [
                "load iris 1.1.0 after 1.0.0, no code", "serve iris 1.0.0#1, loading iris 1.1.0",
            ])
        #expect(repository.finish() == ["serve iris 1.0.0#1, iris 1.1.0#2"])
    }

    /// A file system elsewhere may have a clock that is behind.
    @Test(arguments: ["1.0.0", "1.1.0"])
    func whatHasJustComeIsNotTakenForOldWhateverItsFileSystemSays(_ folder: String) {
        let repository = serving()
        repository.put("iris", folder, contents: 2, age: 3_600)
        #expect(repository.look(after: 10) == [])
        #expect(repository.look(after: 1.5) == [])
        #expect(repository.look(after: 0.5).first == "load iris \(folder) after 1.0.0, no code")
    }

    @Test func theOldGenerationIsServedUntilTheNewOneIsLoaded() {
        let repository = serving()
        repository.put("iris", "1.0.0", contents: 2, age: 0)
        #expect(repository.look(after: 1) == [])
        #expect(
            repository.look(after: 2) == [
                "load iris 1.0.0 after 1.0.0, no code", "serve iris 1.0.0#1, loading iris 1.0.0",
            ])
        #expect(repository.look(after: 30) == [])
        #expect(repository.finish() == ["serve iris 1.0.0#2"])
    }

    @Test func aFailedLoadLeavesTheOldGenerationAndIsNotTriedAgainBeforeSomethingChanges() {
        let repository = serving()
        repository.put("iris", "1.0.0", contents: 2)
        repository.settle()
        #expect(
            repository.finish("is broken") == [
                "note failed(name: \"iris\", version: \"1.0.0\", \"is broken\", isServed: true)",
                "serve iris 1.0.0#1, failed iris 1.0.0 (is broken)",
            ])
        #expect(repository.look(after: 60) == [])
        repository.put("iris", "1.0.0", contents: 3)
        #expect(repository.look(after: 1) == [])
        #expect(
            repository.look(after: 2) == [
                "load iris 1.0.0 after 1.0.0, no code", "serve iris 1.0.0#1, loading iris 1.0.0",
            ])
        #expect(repository.finish() == ["serve iris 1.0.0#3"])
    }

    @Test func aVersionThatChangesWhileItLoadsIsLoadedAgain() {
        let repository = serving()
        repository.put("iris", "1.1.0", contents: 1)
        repository.settle()
        repository.put("iris", "1.1.0", contents: 2)
        #expect(repository.look(after: 1) == [])
        #expect(repository.finish() == ["serve iris 1.0.0#1, iris 1.1.0#2"])
        #expect(repository.look(after: 2).first == "load iris 1.1.0 after 1.1.0, no code")
    }

    @Test func aVersionGoesWhenItsFolderHasBeenGoneForAWhile() {
        let repository = serving()
        repository.put("iris", "1.1.0")
        repository.settle()
        repository.finish()
        repository.remove("iris", "1.0.0")
        #expect(repository.look(after: 1) == [])
        #expect(
            repository.look(after: 2) == [
                "note removed(name: \"iris\", version: \"1.0.0\")", "serve iris 1.1.0#2",
            ])
        repository.remove("iris")
        #expect(repository.look(after: 1) == [])
        #expect(
            repository.look(after: 2) == ["note removed(name: \"iris\", version: \"1.1.0\")", "serve nothing"])
    }

    @Test func aFolderThatIsGoneForAMomentChangesNothing() {
        let repository = serving()
        repository.remove("iris")
        #expect(repository.look(after: 1) == [])
        repository.put("iris", "1.0.0", age: 0)
        #expect(repository.look(after: 1) == [])
        #expect(repository.look(after: 5) == [])
    }

    @Test func whatGoesWhileItLoadsIsDropped() {
        let repository = serving()
        repository.put("iris", "1.1.0")
        repository.settle()
        repository.remove("iris", "1.1.0")
        #expect(repository.look(after: 1) == ["serve iris 1.0.0#1"])
        #expect(repository.finish() == [])
    }

    @Test func aModelThatTellsItsOwnVersionIsNamedByItOnceItIsLoaded() {
        let repository = RepositoryHarness()
        repository.put("digits", "")
        #expect(repository.look() == ["load digits "])
        #expect(repository.finish(version: "3.0.0") == ["serve digits 3.0.0#1"])
        #expect(repository.wish(.unload, "digits", "3.0.0").last == "answer 1: done")
    }

    // MARK: - What can't be read

    @Test func aFaultInAVersionsFilesIsToldOnceTheyHaveSettled() {
        let repository = serving()
        repository.put("iris", "1.1.0", contents: 1, age: 0, fault: "model.yaml:1:2: is wrong")
        #expect(repository.look(after: 1) == [])
        #expect(
            repository.look(after: 2).last == "serve iris 1.0.0#1, failed iris 1.1.0 (model.yaml:1:2: is wrong)")
        #expect(repository.look(after: 2) == [])
        repository.put("iris", "1.1.0", contents: 2, age: 0)
        #expect(repository.look(after: 1) == ["serve iris 1.0.0#1"])
        #expect(repository.look(after: 2).first == "load iris 1.1.0 after 1.0.0, no code")
    }

    @Test func aModelWhoseFolderCantBeReadIsServedOn() {
        let repository = serving()
        let model = repository.model("iris")
        repository.lock("iris")
        #expect(repository.look(after: 1).last == "serve iris 1.0.0#1, failed iris  (can't be read)")
        #expect(repository.look(after: 60) == [])
        repository.unlock(model)
        #expect(repository.look(after: 1) == ["serve iris 1.0.0#1"])
    }

    @Test func aRepositoryThatCantBeReadIsServedOnAndToldOfOnce() {
        let repository = serving()
        #expect(repository.send(.unreadable("is gone")) == ["note unreadable(\"is gone\")"])
        #expect(repository.send(.unreadable("is gone")) == [])
        #expect(repository.look(after: 60) == [])
    }

    // MARK: - A model's own file

    @Test func policiesAreServedOnceTheirFileHasSettled() {
        let repository = serving()
        let canary = ModelPolicy.Alias("canary", shares: [ModelPolicy.Share(version: "1.0.0", weight: 1)])
        repository.write("iris", ModelFile(standard: "1.0.0", aliases: [canary]), age: 0)
        #expect(repository.look(after: 1) == [])
        #expect(
            repository.look(after: 2) == [
                "note policyChanged(name: \"iris\")", "serve iris 1.0.0#1, iris is 1.0.0 canary=1.0.0",
            ])
        #expect(repository.look(after: 2) == [])
    }

    @Test func whatVersionsInheritIsPartOfWhatTheyAreLoadedFrom() {
        let repository = serving()
        repository.write("iris", ModelFile(defaults: ["batch": false]))
        #expect(repository.settle().first == "load iris 1.0.0 after 1.0.0, no code")
        #expect(repository.order?.description == ["batch": false])
    }

    @Test func aBrokenFileLeavesTheFormerOneInForce() {
        let repository = RepositoryHarness()
        repository.put("iris", "1.0.0")
        repository.write("iris", ModelFile(standard: "1.0.0", defaults: ["batch": false]))
        repository.look()
        #expect(repository.finish() == ["serve iris 1.0.0#1, iris is 1.0.0"])
        repository.write("iris", ModelFile(), contents: 2, fault: "model.yaml:1:1: is wrong")
        repository.put("iris", "1.1.0")
        repository.settle()
        #expect(repository.order?.description == ["batch": false])
        #expect(
            repository.finish().last
                == "serve iris 1.0.0#1, iris 1.1.0#2, failed iris  (model.yaml:1:1: is wrong), iris is 1.0.0")
    }

    @Test func withoutEverAReadableFileNothingOfTheModelIsLoaded() {
        let repository = RepositoryHarness()
        repository.put("iris", "1.0.0")
        repository.write("iris", ModelFile(), fault: "model.yaml:1:1: is wrong")
        #expect(repository.look().last == "serve failed iris  (model.yaml:1:1: is wrong)")
        repository.write("iris", ModelFile(), contents: 2)
        #expect(repository.settle().first == "load iris 1.0.0, no code")
    }

    // MARK: - Plug-ins

    @Test func codeIsLoadedAtTheStartAndByNewProcessesLater() {
        let repository = RepositoryHarness()
        repository.put("iris", "1.0.0")
        #expect(repository.look() == ["load iris 1.0.0"])
        repository.finish()
        repository.put("iris", "1.1.0")
        #expect(repository.settle().first == "load iris 1.1.0 after 1.0.0, no code")
        let waiting = "a plug-in is loaded when a worker starts: it waits for a new worker process"
        #expect(
            repository.needNewProcess() == [
                "new process for iris 1.1.0", "serve iris 1.0.0#1, loading iris 1.1.0 (\(waiting))",
            ])
        #expect(repository.look(after: 60) == [])
    }

    @Test func codeThatWasUnloadedIsLoadedAgainAsLongAsItIsTheSame() {
        let repository = serving()
        _ = repository.wish(.unload, "iris", "1.0.0")
        #expect(repository.wish(.load, "iris", "1.0.0").first == "load iris 1.0.0")
    }
}
