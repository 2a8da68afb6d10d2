//! Mutants that may survive, each with the reason: a thing that no scenario can tell from the faithful one, or that the
//! scenario language has no words for yet.
//!
//! An explanation is a claim, and it is held: one that fits a mutant that was killed, or none at all, is stale, and told.

use super::mutant::Mutant;

/// Why some mutants may survive.
#[derive(Clone, Copy, Debug)]
pub struct Explanation {
    /// The mutant's name; `*` stands for any text.
    pub mutant: &'static str,
    /// Why, in a Chinese sentence.
    pub why: &'static str,
}

/// Every explanation.
pub const EXPLAINED: &[Explanation] = &[];

/// The explanation of a mutant, if there is one.
pub fn of(mutant: &Mutant) -> Option<&'static Explanation> {
    EXPLAINED.iter().find(|e| fits(e.mutant, &mutant.name))
}

/// Whether `name` is `pattern`, in which each `*` stands for any text.
pub fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, rest)) => name.strip_prefix(head).is_some_and(|name| {
            let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
            ends.into_iter().any(|at| fits(rest, &name[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(fits("时限 登录质询*", "时限 登录质询有效期：长1分钟"));
        assert!(fits("*长1分钟*", "时限 登录质询有效期：长1分钟"));
        assert!(!fits("时限 登录质询", "时限 登录质询有效期：长1分钟"));
        assert!(!fits("*短*", "时限 登录质询有效期：长1分钟"));
    }
}
