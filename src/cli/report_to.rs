//! `--report KIND=FILE`: which reports are wanted and where they go; shared by `run` and `report merge`.
//!
//! Invariant: every destination is found writable, and belongs to one report, before the first event.

use std::{
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

use super::{CliError, report_file::ReportFile};
use crate::verdict::{
    console::Console,
    event::{Event, Report},
    html::Html,
    json::Json,
    junit::Junit,
};

/// What help says of the option.
pub const HELP: &str = "console, json=FILE, junit=FILE, or html=FILE, one page that needs no network; json=- and the like write to stdout \
(console then goes to stderr, if it is asked for); may be given several times [default: console]";

/// A report that is wanted.
#[derive(Clone, Debug, PartialEq)]
pub enum ReportTo {
    /// Stdout, or stderr where another report has that.
    Console,
    /// JSON.
    Json(PathBuf),
    /// JUnit XML.
    Junit(PathBuf),
    /// A page for people.
    Html(PathBuf),
}

impl FromStr for ReportTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            None if text == "console" => Ok(Self::Console),
            Some(("json", file)) if !file.is_empty() => Ok(Self::Json(file.into())),
            Some(("junit", file)) if !file.is_empty() => Ok(Self::Junit(file.into())),
            Some(("html", file)) if !file.is_empty() => Ok(Self::Html(file.into())),
            _ => Err("应写 console、json=文件、junit=文件 或 html=文件；文件写 - 就是标准输出".into()),
        }
    }
}

impl ReportTo {
    /// As it was written.
    fn told(&self) -> String {
        match self {
            Self::Console => "console".into(),
            Self::Json(path) => format!("json={}", path.display()),
            Self::Junit(path) => format!("junit={}", path.display()),
            Self::Html(path) => format!("html={}", path.display()),
        }
    }

    /// Its file; `None` for the console.
    fn path(&self) -> Option<&PathBuf> {
        match self {
            Self::Console => None,
            Self::Json(path) | Self::Junit(path) | Self::Html(path) => Some(path),
        }
    }

    fn is_stdout(&self) -> bool {
        self.path().is_some_and(|path| path.as_os_str() == "-")
    }

    /// What it and another must not share: the file, whatever it is called.
    fn place(&self) -> Option<PathBuf> {
        let path = self.path()?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let beside = || Some(std::fs::canonicalize(parent).ok()?.join(path.file_name()?));
        std::fs::canonicalize(path).ok().or_else(beside).or_else(|| Some(path.clone()))
    }

    fn onto<'a>(&self, out: impl Write + 'a) -> Box<dyn Report + 'a> {
        match self {
            Self::Console => Box::new(Console::new(out, io::stderr().is_terminal())),
            Self::Json(_) => Box::new(Json::new(out)),
            Self::Junit(_) => Box::new(Junit::new(out)),
            Self::Html(_) => Box::new(Html::new(out)),
        }
    }
}

/// All reports of a run.
pub struct Reports<'a>(Vec<Box<dyn Report + 'a>>);

impl<'a> Reports<'a> {
    /// The reports that are wanted (none named: the console), each with its place.
    ///
    /// # Errors
    /// Two want the same place, or a file cannot be written; nothing was written then.
    pub fn open(wanted: &[ReportTo], out: &'a mut impl Write) -> Result<Self, CliError> {
        let wanted = if wanted.is_empty() { &[ReportTo::Console] } else { wanted };
        for (i, one) in wanted.iter().enumerate() {
            if let Some(other) = wanted[..i].iter().find(|other| other.place() == one.place()) {
                return Err(CliError::Input(clash(other, one)));
            }
        }
        let taken = wanted.iter().any(ReportTo::is_stdout);
        let mut stdout = Some(out);
        let mut reports = Vec::new();
        for report in wanted {
            let takes_stdout = report.is_stdout() || (*report == ReportTo::Console && !taken);
            reports.push(match (report.path(), stdout.take_if(|_| takes_stdout)) {
                (_, Some(out)) => report.onto(out),
                (None, None) => report.onto(io::stderr()),
                (Some(path), None) => {
                    report.onto(ReportFile::create(path).map_err(|e| CliError::Surroundings(e.to_string()))?)
                }
            });
        }
        Ok(Self(reports))
    }

    /// Tells every report.
    ///
    /// # Errors
    /// One of them cannot be written.
    pub fn tell(&mut self, event: &Event) -> io::Result<()> {
        self.0.iter_mut().try_for_each(|report| report.event(event))
    }
}

fn clash(one: &ReportTo, other: &ReportTo) -> String {
    let (one, other) = (format!("--report {}", one.told()), format!("--report {}", other.told()));
    if one == other {
        format!("{one} 写了两次，请去掉一个")
    } else if one.ends_with("=-") {
        format!("{one} 和 {other} 都要标准输出，请把其中一个写到文件")
    } else {
        format!("{one} 和 {other} 是同一个文件，请换一个文件名")
    }
}
