//! Documents of several machines put together into the one that a single machine would have written.
//!
//! Invariant: what cannot be the same run is refused, never guessed at. A result that stands in the merged document
//! stood in exactly one of the parts, and nothing of any part is lost.

use std::path::Path;

use super::{
    document::{Document, Scenario},
    event::Summary,
};

/// A document, with the name by which people know it.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its file.
    pub name: String,
    /// What it holds.
    pub document: Document,
}

/// Why parts cannot be put together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unmergeable {
    /// There is none.
    #[error("没有可合并的结果")]
    Nothing,
    /// Written by another version, whose words may mean something else.
    #[error("{name} 是 kouan {found} 写的，本程序是 {own}；请各机器用同一版本重新执行")]
    Version {
        /// The part.
        name: String,
        /// Its version.
        found: String,
        /// Ours.
        own: String,
    },
    /// Two runs of different options.
    #[error("{first} 的{what}是 {one}，{second} 的是 {other}：不是同一次执行的结果，不能合并")]
    Differ {
        /// Which option.
        what: &'static str,
        /// A part.
        first: String,
        /// Its value.
        one: String,
        /// Another part.
        second: String,
        /// Its value.
        other: String,
    },
    /// The counts of a part are not those of its cases.
    #[error(
        "{name} 的 summary 写着{verdict} {counted} 个，其中的场景却有 {found} 个：文件被改过或不完整，请重新执行那一份"
    )]
    Sum {
        /// The part.
        name: String,
        /// The verdict's Chinese word.
        verdict: &'static str,
        /// What the summary says.
        counted: usize,
        /// How many there are.
        found: usize,
    },
    /// A case stands in two parts, or twice in one.
    #[error(
        "场景 {id} 出现了两次：{first} 里（{first_file}）和 {second} 里（{second_file}）；每个场景只能来自一份结果"
    )]
    Twice {
        /// The case.
        id: String,
        /// A part.
        first: String,
        /// The scenario file there.
        first_file: String,
        /// Another part, or the same.
        second: String,
        /// The scenario file there.
        second_file: String,
    },
    /// A shard that is none.
    #[error("{name} 的 shard「{shard}」不是 I/N 的样子；不完整的合并结果（--partial）不能再合并，请从各份结果重新合并")]
    Shard {
        /// The part.
        name: String,
        /// What it says.
        shard: String,
    },
    /// A part of a suite beside a whole one.
    #[error("{part} 是第 {shard} 份，{whole} 却不是分份执行的结果：不能一起合并")]
    Mixed {
        /// The part of a suite.
        part: String,
        /// Which part.
        shard: String,
        /// The other.
        whole: String,
    },
    /// The same part came twice.
    #[error("第 {shard} 份给了两次：{first} 和 {second}")]
    Again {
        /// Which part.
        shard: String,
        /// A file.
        first: String,
        /// Another.
        second: String,
    },
    /// Parts are missing.
    #[error("缺少第 {} 份；加 --partial 则只合并已有的各份", .0.join("、"))]
    Missing(
        /// Which ones.
        Vec<String>,
    ),
    /// The numbers of cases cannot come from one selection that was dealt out in turn.
    #[error(
        "各份的场景数（{0}）不像同一次选择轮流分成的：各机器的场景文件、--filter、--tag 须相同，且没有 --fail-fast；加 --partial 则照样合并"
    )]
    Uneven(
        /// Counts by part.
        String,
    ),
    /// Dealt back in turn, the cases do not follow the order of files.
    #[error("各份合起来不成套件的次序（{0} 排在 {1} 之前）：各机器的场景文件、--filter、--tag 须相同")]
    Disorder(
        /// The earlier one.
        String,
        /// The one that should stand before it.
        String,
    ),
}

/// The document of all parts. Shards are dealt back in turn (case k of shard I of N stands at place I-1+k·N); other
/// parts are put in the order of scenario files, those of one file in the order given. With `partial`, missing or cut
/// shards are no fault, and the document says which shards it holds.
///
/// # Errors
/// [`Unmergeable`]: what keeps them apart; nothing is left out quietly.
pub fn merge(mut parts: Vec<Part>, partial: bool) -> Result<Document, Unmergeable> {
    alike(&parts)?;
    parts.iter().try_for_each(adds_up)?;
    let dealt = dealt(&parts)?;
    each_once(&parts)?;
    let mut document = match parts.first() {
        None => return Err(Unmergeable::Nothing),
        Some(first) => Document { scenarios: Vec::new(), shard: None, ..first.document.clone() },
    };
    match dealt {
        None => {
            document.scenarios = parts.into_iter().flat_map(|part| part.document.scenarios).collect();
            document.scenarios.sort_by(|a, b| Path::new(&a.file).cmp(Path::new(&b.file)));
        }
        Some(shards) => {
            if !partial {
                complete(&parts, &shards)?;
            } else if shards.indices.len() < shards.count {
                document.shard = Some(shards.named());
            }
            document.scenarios = dealt_back(&mut parts, &shards);
            if !partial {
                ordered(&document.scenarios)?;
            }
        }
    }
    document.summary = document.scenarios.iter().map(|s| s.verdict).collect();
    Ok(document)
}

/// All of this program's version, and of one seed, seal and reader.
fn alike(parts: &[Part]) -> Result<(), Unmergeable> {
    let own = env!("CARGO_PKG_VERSION");
    for part in parts {
        if part.document.kouan != own {
            let (name, found) = (part.name.clone(), part.document.kouan.clone());
            return Err(Unmergeable::Version { name, found, own: own.into() });
        }
    }
    let options =
        |d: &Document| [("种子", d.seed.to_string()), ("报文封装", d.seal.clone()), ("读卡器", d.reader.clone())];
    for pair in parts.windows(2) {
        let [a, b] = pair else { continue };
        for ((what, one), (_, other)) in options(&a.document).into_iter().zip(options(&b.document)) {
            if one != other {
                return Err(Unmergeable::Differ { what, first: a.name.clone(), one, second: b.name.clone(), other });
            }
        }
    }
    Ok(())
}

fn adds_up(part: &Part) -> Result<(), Unmergeable> {
    let found: Summary = part.document.scenarios.iter().map(|s| s.verdict).collect();
    for ((verdict, counted), (_, found)) in part.document.summary.iter().zip(found.iter()) {
        if counted != found {
            return Err(Unmergeable::Sum { name: part.name.clone(), verdict: verdict.chinese(), counted, found });
        }
    }
    Ok(())
}

fn each_once(parts: &[Part]) -> Result<(), Unmergeable> {
    let mut all: Vec<(&Scenario, &str)> =
        parts.iter().flat_map(|part| part.document.scenarios.iter().map(|s| (s, part.name.as_str()))).collect();
    all.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    match all.windows(2).find(|pair| pair[0].0.id == pair[1].0.id) {
        None => Ok(()),
        Some(pair) => Err(Unmergeable::Twice {
            id: pair[0].0.id.clone(),
            first: pair[0].1.into(),
            first_file: pair[0].0.file.clone(),
            second: pair[1].1.into(),
            second_file: pair[1].0.file.clone(),
        }),
    }
}

/// Which shards the parts are, in the order of the parts.
struct Shards {
    indices: Vec<usize>,
    count: usize,
}

impl Shards {
    fn named(&self) -> String {
        let mut indices = self.indices.clone();
        indices.sort_unstable();
        let indices: Vec<String> = indices.iter().map(usize::to_string).collect();
        format!("{}/{}", indices.join(","), self.count)
    }
}

/// The shards, each once and of one number; `None` where no part is one.
fn dealt(parts: &[Part]) -> Result<Option<Shards>, Unmergeable> {
    let mut seen: Option<(Shards, &Part)> = None;
    let whole = parts.iter().find(|part| part.document.shard.is_none());
    for part in parts {
        let Some(shard) = &part.document.shard else { continue };
        if let Some(whole) = whole {
            let (part, whole) = (part.name.clone(), whole.name.clone());
            return Err(Unmergeable::Mixed { part, shard: shard.clone(), whole });
        }
        let parsed = shard.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        let Some((index, count)) = parsed.filter(|(i, n): &(usize, usize)| 1 <= *i && i <= n) else {
            return Err(Unmergeable::Shard { name: part.name.clone(), shard: shard.clone() });
        };
        let (shards, first) = seen.get_or_insert((Shards { indices: Vec::new(), count }, part));
        if shards.count != count {
            let (one, other) = (shards.count.to_string(), count.to_string());
            let (first, second) = (first.name.clone(), part.name.clone());
            return Err(Unmergeable::Differ { what: "份数", first, one, second, other });
        }
        if let Some(place) = shards.indices.iter().position(|i| *i == index) {
            let (first, second) = (parts[place].name.clone(), part.name.clone());
            return Err(Unmergeable::Again { shard: shard.clone(), first, second });
        }
        shards.indices.push(index);
    }
    Ok(seen.map(|(shards, _)| shards))
}

/// No shard is missing, and dealing in turn gives each as many as it has.
fn complete(parts: &[Part], shards: &Shards) -> Result<(), Unmergeable> {
    // A count that no machine park has would only make a long list of what is missing.
    const MISSING_SHOWN: usize = 10;
    let missing = (1..=shards.count).filter(|i| !shards.indices.contains(i));
    let missing: Vec<String> = missing.take(MISSING_SHOWN).map(|i| format!("{i}/{}", shards.count)).collect();
    if !missing.is_empty() {
        return Err(Unmergeable::Missing(missing));
    }
    let mut sizes: Vec<(usize, usize)> =
        shards.indices.iter().zip(parts).map(|(i, part)| (*i, part.document.scenarios.len())).collect();
    sizes.sort_unstable();
    let total: usize = sizes.iter().map(|(_, size)| size).sum();
    if sizes.iter().any(|(i, size)| *size != (total + shards.count - i) / shards.count) {
        let told: Vec<String> = sizes.iter().map(|(i, size)| format!("第 {i} 份 {size} 个")).collect();
        return Err(Unmergeable::Uneven(told.join("，")));
    }
    Ok(())
}

/// Cases at their places; the parts are emptied.
fn dealt_back(parts: &mut [Part], shards: &Shards) -> Vec<Scenario> {
    let mut placed: Vec<(usize, usize, Scenario)> = Vec::new();
    for (index, part) in shards.indices.iter().zip(parts) {
        placed.extend(part.document.scenarios.drain(..).enumerate().map(|(k, scenario)| (k, *index, scenario)));
    }
    placed.sort_by_key(|(k, index, _)| (*k, *index));
    placed.into_iter().map(|(.., scenario)| scenario).collect()
}

fn ordered(scenarios: &[Scenario]) -> Result<(), Unmergeable> {
    match scenarios.windows(2).find(|pair| Path::new(&pair[0].file) > Path::new(&pair[1].file)) {
        None => Ok(()),
        Some(pair) => Err(Unmergeable::Disorder(pair[0].file.clone(), pair[1].file.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{
        document::Collector,
        event::tests::{case, stream},
        finding::Verdict,
    };

    /// A part of cases `(編号, file)`, all passed.
    fn part(name: &str, shard: Option<&str>, cases: &[(&str, &str)]) -> Part {
        let results = cases.iter().map(|(id, file)| {
            let mut result = case(id, Verdict::Passed);
            result.file = (*file).into();
            result
        });
        let mut collector = Collector::default();
        let document = stream(results.collect(), 1).iter().find_map(|event| collector.event(event)).unwrap();
        Part { name: name.into(), document: Document { shard: shard.map(Into::into), ..document } }
    }

    fn ids(document: &Document) -> Vec<&str> {
        document.scenarios.iter().map(|s| s.id.as_str()).collect()
    }

    /// Five cases dealt to three machines; the third comes first.
    fn three() -> Vec<Part> {
        vec![
            part("c.json", Some("3/3"), &[("A-3", "b.yaml")]),
            part("a.json", Some("1/3"), &[("A-1", "a.yaml"), ("A-4", "b.yaml")]),
            part("b.json", Some("2/3"), &[("A-2", "b.yaml"), ("A-5", "c.yaml")]),
        ]
    }

    #[test]
    fn shards_are_dealt_back_in_turn_whatever_their_order() {
        let document = merge(three(), false).unwrap();
        assert_eq!(ids(&document), ["A-1", "A-2", "A-3", "A-4", "A-5"]);
        assert_eq!((document.shard, document.summary.count(Verdict::Passed)), (None, 5));
    }

    #[test]
    fn parts_that_are_no_shards_follow_the_order_of_files() {
        // A folder's own files stand where the folder does: paths are compared part by part, as a suite is.
        let parts = vec![
            part("2.json", None, &[("C-1", "s/b.yaml"), ("B-2", "s/a/y.yaml")]),
            part("1.json", None, &[("B-1", "s/a/x.yaml"), ("A-1", "s/a-b/z.yaml")]),
        ];
        assert_eq!(ids(&merge(parts, false).unwrap()), ["B-1", "B-2", "A-1", "C-1"]);
    }

    #[test]
    fn a_missing_shard_is_named_unless_a_part_will_do() {
        let mut parts = three();
        parts.remove(2);
        assert_eq!(merge(parts.clone(), false).unwrap_err(), Unmergeable::Missing(vec!["2/3".into()]));
        let document = merge(parts, true).unwrap();
        assert_eq!(ids(&document), ["A-1", "A-3", "A-4"]);
        assert_eq!(document.shard.as_deref(), Some("1,3/3"));
        let again = Part { name: "m.json".into(), document };
        assert!(matches!(merge(vec![again], true).unwrap_err(), Unmergeable::Shard { .. }));
    }

    #[test]
    fn a_shard_that_was_cut_is_found_by_its_count() {
        let mut parts = three();
        parts[1] = part("a.json", Some("1/3"), &[("A-1", "a.yaml")]);
        let refused = merge(parts.clone(), false).unwrap_err();
        assert_eq!(refused, Unmergeable::Uneven("第 1 份 1 个，第 2 份 2 个，第 3 份 1 个".into()));
        assert_eq!(ids(&merge(parts, true).unwrap()), ["A-1", "A-2", "A-3", "A-5"]);
    }

    #[test]
    fn a_shard_of_another_selection_is_found_by_the_order() {
        let mut parts = three();
        parts[0] = part("c.json", Some("3/3"), &[("Z-1", "z.yaml")]);
        assert_eq!(merge(parts, false).unwrap_err(), Unmergeable::Disorder("z.yaml".into(), "b.yaml".into()));
    }

    #[test]
    fn what_is_not_of_one_run_is_refused() {
        let with = |change: fn(&mut Vec<Part>)| {
            let mut parts = three();
            change(&mut parts);
            merge(parts, true).unwrap_err().to_string()
        };
        assert_eq!(
            with(|p| p[1].document.seed = 2),
            "c.json 的种子是 1，a.json 的是 2：不是同一次执行的结果，不能合并"
        );
        assert!(with(|p| p[2].document.seal = "mac".into()).contains("报文封装是 sm2"));
        assert!(with(|p| p[0].document.reader = "pcsc".into()).contains("读卡器"));
        assert!(with(|p| p[0].document.kouan = "0.0.1".into()).starts_with("c.json 是 kouan 0.0.1 写的"));
        assert!(with(|p| p[0].document.shard = Some("3/4".into())).contains("份数是 4"));
        assert_eq!(with(|p| p[1].document.shard = Some("2/3".into())), "第 2/3 份给了两次：a.json 和 b.json");
        assert!(with(|p| p[1].document.shard = None).contains("c.json 是第 3/3 份，a.json 却不是"));
        assert!(with(|p| p[1].document.shard = Some("0/3".into())).contains("「0/3」"));
        assert!(with(|p| p[1].document.summary = Summary::default()).contains("通过 0 个，其中的场景却有 2 个"));
        assert!(with(|p| p[0].document.scenarios[0].id = "A-4".into()).starts_with("场景 A-4 出现了两次"));
        assert_eq!(merge(Vec::new(), true).unwrap_err(), Unmergeable::Nothing);
    }
}
