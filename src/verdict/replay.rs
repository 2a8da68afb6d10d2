//! The command that plays a case again, which every report for people ends with.
//!
//! It says whatever is not the default and would change the story, and nothing else; a shell must take it as it stands.

/// The options of a run that a replay needs.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    options: String,
}

impl Replay {
    /// Of a run under these.
    pub fn new(seed: u64, seal: &str, reader: &str) -> Self {
        let mut options = format!(" --seed {seed}");
        if seal != "sm2" {
            options += &format!(" --seal {seal}");
        }
        if reader != "memory" {
            // `pcsc:NAME+vpcd=A+vpcd=B`, as a run under these options names its readers.
            let mut parts = reader.split("+vpcd=");
            options += &format!(" --reader {}", quoted(parts.next().unwrap_or_default()));
            options.extend(parts.map(|address| format!(" --vpcd {}", quoted(address))));
        }
        Self { options }
    }

    /// All cases of a file.
    pub fn file(&self, file: &str) -> String {
        format!("kouan run {}{}", quoted(file), self.options)
    }

    /// One case of a file: its row of the matrix alone, where it has one and a filter can say it.
    pub fn case(&self, file: &str, id: &str) -> String {
        format!("kouan run {}{}{}", quoted(file), row_filter(id), self.options)
    }
}

fn row_filter(id: &str) -> String {
    if id.ends_with(']') && !id.contains(['|', '&', '!']) {
        format!(" --filter {}", quoted(&format!("编号={id}")))
    } else {
        String::new()
    }
}

/// As a shell takes it: quoted only where it must be.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | ':' | ',' | '+' | '=' | '@');
    if !text.is_empty() && text.chars().all(plain) { text.into() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_the_default_is_said() {
        assert_eq!(Replay::new(1, "sm2", "memory").file("a.yaml"), "kouan run a.yaml --seed 1");
        assert_eq!(
            Replay::new(7, "mac", "pcsc:Virtual PCD").case("a.yaml", "A-1[原因=资料不全]"),
            "kouan run a.yaml --filter '编号=A-1[原因=资料不全]' --seed 7 --seal mac --reader 'pcsc:Virtual PCD'"
        );
    }

    #[test]
    fn the_command_survives_a_shell() {
        assert_eq!(quoted("scenarios/4-在线交费签约/a.yaml"), "scenarios/4-在线交费签约/a.yaml");
        assert_eq!(quoted("my scenarios/it's.yaml"), r"'my scenarios/it'\''s.yaml'");
    }
}
