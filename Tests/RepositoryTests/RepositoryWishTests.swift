import Testing

@testable import SibylRepository

@Suite struct RepositoryWishTests {
    /// A repository that has `iris 1.0.0` and `iris 2.0.0` loaded.
    private func serving() -> RepositoryHarness {
        let repository = RepositoryHarness()
        repository.put("iris", "1.0.0")
        repository.put("iris", "2")
        repository.look()
        repository.finish()
        repository.finish()
        return repository
    }

    @Test func aVersionIsUnloadedAtOnceAndStaysSo() {
        let repository = serving()
        #expect(
            repository.wish(.unload, "iris", "1.0.0") == [
                "note unloaded(name: \"iris\", version: \"1.0.0\")", "serve iris 2.0.0#2", "answer 1: done",
            ])
        repository.put("iris", "1.0.0", contents: 2)
        #expect(repository.look(after: 1) == [])
        #expect(repository.look(after: 60) == [])
    }

    @Test func aFoldersNameIsAsGoodAsAVersion() {
        #expect(serving().wish(.unload, "iris", "2").contains("serve iris 1.0.0#1"))
    }

    @Test func loadingBringsItBackAndIsAnsweredWhenItIsServed() {
        let repository = serving()
        _ = repository.wish(.unload, "iris", "1.0.0")
        #expect(
            repository.wish(.load, "iris", "1.0.0", number: 2) == [
                "load iris 1.0.0", "serve iris 2.0.0#2, loading iris 1.0.0",
            ])
        #expect(repository.finish() == ["serve iris 1.0.0#3, iris 2.0.0#2", "answer 2: done"])
    }

    @Test func loadingWhatIsLoadedChangesNothing() {
        #expect(serving().wish(.load, "iris") == ["answer 1: done"])
    }

    @Test func anUnloadedModelHoldsForVersionsToComeUntilItIsLoaded() {
        let repository = serving()
        #expect(repository.wish(.unload, "iris").suffix(2) == ["serve nothing", "answer 1: done"])
        repository.put("iris", "3.0.0")
        #expect(repository.settle() == [])
        #expect(repository.wish(.load, "iris", number: 2).first == "load iris 1.0.0")
        #expect(repository.finish().first == "load iris 2 after 1.0.0")
        #expect(repository.finish().first == "load iris 3.0.0 after 2.0.0, no code")
        #expect(repository.finish().last == "answer 2: done")
    }

    @Test func reloadingLoadsAnewWhatHasNotChanged() {
        let repository = serving()
        #expect(repository.wish(.reload, "iris").first == "load iris 1.0.0 after 1.0.0")
        #expect(repository.finish().first == "load iris 2 after 2.0.0")
        #expect(repository.finish() == ["serve iris 1.0.0#3, iris 2.0.0#4", "answer 1: done"])
    }

    @Test func aReloadDuringALoadIsAnotherLoad() {
        let repository = serving()
        _ = repository.wish(.reload, "iris", "2.0.0")
        #expect(repository.wish(.reload, "iris", "2.0.0", number: 2) == [])
        #expect(
            repository.finish() == ["load iris 2 after 2.0.0", "serve iris 1.0.0#1, iris 2.0.0#3, loading iris 2.0.0"])
        #expect(repository.finish() == ["serve iris 1.0.0#1, iris 2.0.0#4", "answer 1: done", "answer 2: done"])
    }

    @Test func whatFailedIsTriedAgainAndTheAnswerSaysHowThatWent() {
        let repository = RepositoryHarness()
        repository.put("iris", "1.0.0")
        repository.look()
        repository.finish("is broken")
        #expect(repository.wish(.load, "iris").first == "load iris 1.0.0, no code")
        #expect(repository.finish("is broken still").last == "answer 1: failed(\"iris 1.0.0: is broken still\")")
        #expect(repository.wish(.reload, "iris", "1.0.0").first == "load iris 1.0.0, no code")
        #expect(repository.finish().last == "answer 1: done")
    }

    @Test func aLoadOfWhatIsStillBeingCopiedWaitsForIt() {
        let repository = serving()
        repository.put("iris", "3.0.0", age: 0)
        repository.look(after: 1)
        #expect(repository.wish(.load, "iris", "3.0.0") == [])
        #expect(repository.look(after: 1) == [])
        #expect(repository.look(after: 1).first == "load iris 3.0.0 after 2.0.0, no code")
        #expect(repository.finish().last == "answer 1: done")
    }

    @Test func aWishForWhatGoesIsAnswered() {
        let repository = serving()
        repository.put("iris", "3.0.0", age: 0)
        repository.look(after: 1)
        _ = repository.wish(.load, "iris", "3.0.0")
        repository.remove("iris", "3.0.0")
        #expect(repository.look(after: 1) == ["answer 1: failed(\"3.0.0 has gone from the repository meanwhile\")"])
    }

    @Test func aPlugInThatIsToBeReloadedNeedsANewProcess() {
        let repository = serving()
        repository.put("iris", "3.0.0")
        repository.settle()
        _ = repository.needNewProcess()
        #expect(repository.wish(.reload, "iris", "3.0.0").first == "load iris 3.0.0 after 2.0.0, no code")
        #expect(repository.needNewProcess().last == "answer 1: needsNewProcess")
    }

    @Test func whatIsUnloadedWhileItLoadsIsDropped() {
        let repository = serving()
        _ = repository.wish(.reload, "iris", "2.0.0")
        #expect(
            repository.wish(.unload, "iris", "2.0.0", number: 2).suffix(3) == [
                "serve iris 1.0.0#1", "answer 1: done", "answer 2: done",
            ])
        #expect(repository.finish() == [])
    }

    @Test func whatIsNotThereIsRefusedWithWhatIs() {
        let repository = serving()
        #expect(
            repository.wish(.load, "irsi")
                == ["answer 1: failed(\"there is no model irsi in the repository; it has iris\")"])
        #expect(
            repository.wish(.load, "iris", "4")
                == ["answer 1: failed(\"iris has no version 4 in the repository; it has 1.0.0, 2.0.0\")"])
    }

    @Test func wishesThatWaitAreBounded() {
        let repository = serving()
        for number in 1...RepositoryCore.mostWishes { _ = repository.wish(.reload, "iris", number: number) }
        let refusal = repository.wish(.reload, "iris", number: 0)
        #expect(refusal == ["answer 0: failed(\"64 wishes wait for their loads already; try again later\")"])
    }
}
