import Testing

/// The tests that start hundreds of short programs: one after the other, because two cores carry no more.
@Suite(.serialized) enum OneAtATime {}
