internal import SibylProtocol

/// What an event is, and how it reads.
enum Verb: UInt8 {
    // Processes.
    case starts, ends, dies, freezes, thaws, connected, disconnected
    case faultBegins, calm, looks
    // Clients.
    case calls, sends, takesBack, isAnswered, fails, dropsReply
    // The broker.
    case receives, refuses, dispatches, forwards, abandons, forgets, frees, dropsAnswer, cancels, welcomes, introduces
    case pings, losesWorker, losesClient, isGivenBack, hearsOfDrain, hearsGoodbye, hearsCancel
    // Workers.
    case greets, accepts, declines, expires, dropsDispatch, computes, finishes, answers, dropsJob, withdraws
    case pongs, drains, leaves, reconnects, losesBroker
    // Rogues.
    case misbehaves

    /// Happens all the time, and matters to the hash alone.
    var isQuiet: Bool { self == .pings || self == .pongs || self == .looks }
}

extension History.Record {
    func text(_ nodes: NodeNumbers) -> String {
        let other = nodes.name(of: Int(other))
        switch verb {
        case .starts: return "starts"
        case .ends: return "has ended"
        case .dies: return "is dead"
        case .freezes: return "stands still"
        case .thaws: return "goes on"
        case .connected: return "is connected to \(other)"
        case .disconnected: return "is no longer connected to \(other)"
        case .faultBegins: return "FAULT \(first)"
        case .calm: return "CALM: everything is mended"
        case .looks: return "looks around"
        case .calls: return "calls: call \(first), patient for \(second) ms"
        case .sends: return "sends call \(first) to \(other)"
        case .takesBack: return "takes call \(first) back"
        case .isAnswered: return "gets the answer to call \(first)"
        case .fails: return "fails call \(first): \(Self.error(second))"
        case .dropsReply: return "drops a reply to nobody"
        case .receives: return "receives call \(first) from \(other) in slot \(second)"
        case .refuses: return "refuses slot \(first): \(Self.error(second))"
        case .dispatches: return "dispatches slot \(first) to \(other), attempt \(second)"
        case .forwards: return "forwards the answer of \(other) for slot \(first)"
        case .abandons: return "answers slot \(first) and keeps it: \(Self.error(second))"
        case .forgets: return "forgets the client of slot \(first)"
        case .frees: return "frees slot \(first)"
        case .dropsAnswer: return "drops an answer of \(other)"
        case .cancels: return "cancels request \(Self.hex(first)) at \(other)"
        case .welcomes: return "welcomes \(other)"
        case .introduces: return "asks \(other) who it is"
        case .pings: return "pings \(other)"
        case .losesWorker: return "can't reach \(other)"
        case .losesClient: return "hears that \(other) is gone"
        case .isGivenBack: return "gets request \(Self.hex(first)) back from \(other)"
        case .hearsOfDrain: return "hears that \(other) drains"
        case .hearsGoodbye: return "hears the goodbye of \(other)"
        case .hearsCancel: return "hears that \(other) takes a call back"
        case .greets: return "says hello to \(other), capacity \(first)"
        case .accepts: return "accepts call \(first) as job \(second)"
        case .declines: return "declines request \(Self.hex(first)) of \(other)"
        case .expires: return "answers call \(first), which came too late"
        case .dropsDispatch: return "drops call \(first), of a session that is over"
        case .computes: return "begins to compute call \(first) on executor \(second)"
        case .finishes: return "has computed job \(first)"
        case .answers: return "answers job \(first) to \(other)"
        case .dropsJob: return "drops the answer of job \(first)"
        case .withdraws: return "takes job \(first) out of its queue"
        case .pongs: return "answers a ping of \(other)"
        case .drains: return "drains"
        case .leaves: return "says goodbye to \(other)"
        case .reconnects: return "gives up its connection to \(other)"
        case .losesBroker: return "has lost \(other)"
        case .misbehaves: return "does what it must not (\(first))"
        }
    }

    private static func error(_ code: Int64) -> String {
        switch code {
        case 100: return "timed out"
        case 101: return "nobody could be reached"
        case 102: return "the caller cancelled"
        case 103: return "the client was closed"
        case 104: return "too many calls wait"
        default: return ErrorCode(rawValue: UInt8(clamping: code))?.wireName ?? "no error"
        }
    }

    private static func hex(_ number: Int64) -> String {
        String(UInt64(bitPattern: number), radix: 16)
    }
}
