//! Each invariant holds in a cargo story that went well, and notices each way in which one is spoilt.

use interchange::Suite;

use super::{INVARIANTS, story::Story};

fn story() -> Story {
    Story::of_cargo(Suite::Mac)
}

#[test]
fn a_cargo_story_that_went_well_satisfies_every_invariant() {
    for suite in [Suite::Sm2, Suite::Mac] {
        let story = Story::of_cargo(suite);
        for invariant in INVARIANTS {
            assert_eq!(story.outcome_of(invariant).findings, [], "{suite} {}", invariant.name);
        }
    }
}
