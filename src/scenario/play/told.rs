//! What a trace shows of the scenario file: its text, and the lines of each step.

use crate::{scenario::model::Case, verdict::trace};

/// The file's side of a case's trace.
pub(super) fn script(case: &Case) -> trace::Script {
    let header = &case.scenario;
    let lines: Vec<&str> = header.source.lines().collect();
    let step = |s: &crate::scenario::model::Step| trace::Step {
        verb: s.verb.into(),
        line: s.line,
        end: last_line(&lines, s.line),
    };
    trace::Script {
        start: case.start,
        tags: header.tags.clone(),
        source: header.source.to_string(),
        row: case.values.clone(),
        given: case.given.steps().map(step).collect(),
        steps: case.steps.iter().map(step).collect(),
    }
}

/// The last line (from 1) of the step that begins at `first`: the next line that is indented no deeper ends it.
fn last_line(lines: &[&str], first: usize) -> usize {
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let is_blank = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let Some(depth) = first.checked_sub(1).and_then(|at| lines.get(at)).map(|line| indent(line)) else {
        return first;
    };
    let inside = lines.iter().enumerate().skip(first).take_while(|(_, line)| is_blank(line) || indent(line) > depth);
    inside.filter(|(_, line)| !is_blank(line)).last().map_or(first, |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_ends_before_the_next_one_and_comments_between_belong_to_neither() {
        let text = "步骤:\n  - 登录: {}\n  - 期望:\n      协议: {状态: 成功}\n  # 以后\n\n  - 退出: {}\n始终: []\n";
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!([2, 3, 7, 99].map(|first| last_line(&lines, first)), [2, 4, 7, 99]);
    }
}
