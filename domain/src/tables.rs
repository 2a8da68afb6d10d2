//! Code tables (参数表): what the drop-down lists of forms offer, each row a code, a Chinese name and what it belongs to.
//!
//! The tables are data that somebody else reads from files; in here they are parsed, checked and searched. Nothing in here
//! knows a form, and no row is ever made up.

use std::collections::{BTreeMap, BTreeSet};

/// One code table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableId {
    /// 国别地区: countries and regions.
    Country,
    /// 港口; belongs to a country.
    Port,
    /// 省份; belongs to China's row of [`TableId::Country`].
    Province,
    /// 城市; belongs to a province.
    City,
    /// 区县; belongs to a city.
    District,
    /// 运输方式.
    TransportMode,
    /// 包装.
    Packaging,
    /// 企业性质/所有制.
    Ownership,
    /// 行业性质.
    Industry,
    /// 证件类型.
    CertificateType,
    /// 货物大类: chapters of the Harmonized System.
    HsChapter,
    /// 货物细类: headings; belongs to a chapter.
    HsHeading,
    /// 关区.
    CustomsDistrict,
}

impl TableId {
    /// Every table, in the order in which they are listed.
    pub const ALL: [Self; 13] = [
        Self::Country,
        Self::Port,
        Self::Province,
        Self::City,
        Self::District,
        Self::TransportMode,
        Self::Packaging,
        Self::Ownership,
        Self::Industry,
        Self::CertificateType,
        Self::HsChapter,
        Self::HsHeading,
        Self::CustomsDistrict,
    ];

    /// What people call it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Country => "国别地区",
            Self::Port => "港口",
            Self::Province => "省份",
            Self::City => "城市",
            Self::District => "区县",
            Self::TransportMode => "运输方式",
            Self::Packaging => "包装",
            Self::Ownership => "企业性质",
            Self::Industry => "行业性质",
            Self::CertificateType => "证件类型",
            Self::HsChapter => "货物大类",
            Self::HsHeading => "货物细类",
            Self::CustomsDistrict => "关区",
        }
    }

    /// The table that people call so.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|id| id.chinese() == name)
    }

    /// The file that it stands in. 省份, 城市 and 区县 share one (行政区划).
    pub const fn file(self) -> &'static str {
        match self {
            Self::Country => "countries.csv",
            Self::Port => "ports.csv",
            Self::Province | Self::City | Self::District => "regions.csv",
            Self::TransportMode => "transport-modes.csv",
            Self::Packaging => "packaging.csv",
            Self::Ownership => "ownership.csv",
            Self::Industry => "industries.csv",
            Self::CertificateType => "certificate-types.csv",
            Self::HsChapter => "hs-chapters.csv",
            Self::HsHeading => "hs-headings.csv",
            Self::CustomsDistrict => "customs-districts.csv",
        }
    }

    /// The names of all files, each once.
    pub fn files() -> BTreeSet<&'static str> {
        Self::ALL.into_iter().map(Self::file).collect()
    }

    /// The table whose rows its rows belong to.
    pub const fn parent(self) -> Option<Self> {
        match self {
            Self::Port | Self::Province => Some(Self::Country),
            Self::City => Some(Self::Province),
            Self::District => Some(Self::City),
            Self::HsHeading => Some(Self::HsChapter),
            Self::Country
            | Self::TransportMode
            | Self::Packaging
            | Self::Ownership
            | Self::Industry
            | Self::CertificateType
            | Self::HsChapter
            | Self::CustomsDistrict => None,
        }
    }
}

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The code, unique in its table.
    pub code: Box<str>,
    /// The Chinese name; two rows of different parents may share one (市辖区).
    pub name: Box<str>,
    /// The code of the row that it belongs to, or "".
    pub parent: Box<str>,
}

/// Why a file of tables cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableMistake {
    /// No table stands in a file of that name.
    #[error("{file}：没有这个参数表；可用的文件名：{known}")]
    UnknownFile {
        /// The name.
        file: String,
        /// Those that there are.
        known: String,
    },
    /// The file is over [`MAX_BYTES`].
    #[error("{file}：文件太大，最多{MAX_BYTES}字节，实为{bytes}字节")]
    TooLarge {
        /// The file.
        file: String,
        /// Its size.
        bytes: usize,
    },
    /// A line is wrong.
    #[error("{file} 第{line}行：{what}")]
    Line {
        /// The file.
        file: String,
        /// From 1.
        line: u64,
        /// What is wrong, and what would be right.
        what: String,
    },
    /// There is no row at all.
    #[error("{0}：没有任何一行数据；第一行应为 code,name,parent")]
    Empty(String),
    /// A row belongs to one that does not exist.
    #[error("{file}：代码「{code}」的上级「{parent}」不在{table}中")]
    Orphan {
        /// The file.
        file: &'static str,
        /// The row.
        code: String,
        /// What it says that it belongs to.
        parent: String,
        /// Where that should be.
        table: &'static str,
    },
}

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
const MAX_CODE: usize = 20;
const MAX_NAME: usize = 300;
const HEADER: [&str; 3] = ["code", "name", "parent"];

/// All code tables. Those that were not read are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables {
    tables: BTreeMap<TableId, Table>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Table {
    rows: Vec<Row>,
    /// Where each code and each name stands among the rows.
    places: BTreeMap<Box<str>, Vec<usize>>,
}

impl Table {
    fn new(rows: Vec<Row>) -> Self {
        let mut places: BTreeMap<Box<str>, Vec<usize>> = BTreeMap::new();
        for (at, row) in rows.iter().enumerate() {
            for text in [&row.code, &row.name] {
                let there = places.entry(text.clone()).or_default();
                if there.last() != Some(&at) {
                    there.push(at);
                }
            }
        }
        Self { rows, places }
    }
}

impl Tables {
    /// Takes in the text of one file, in place of what stood in a file of that name before. Call [`Tables::check`] after
    /// the last.
    ///
    /// The text is CSV in UTF-8: lines that start with `#` are comments, the first other line is `code,name,parent`.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line; nothing has changed then.
    pub fn read(&mut self, file: &str, csv: &str) -> Result<(), TableMistake> {
        let mut ids = TableId::ALL.into_iter().filter(|id| id.file() == file);
        let Some(first) = ids.next() else {
            let known = TableId::files().into_iter().collect::<Vec<_>>().join("、");
            return Err(TableMistake::UnknownFile { file: file.into(), known });
        };
        let rows = parse(file, csv)?;
        if first == TableId::Province {
            let [provinces, cities, districts] = regions(rows)?;
            self.tables.insert(TableId::Province, Table::new(provinces));
            self.tables.insert(TableId::City, Table::new(cities));
            self.tables.insert(TableId::District, Table::new(districts));
        } else {
            self.tables.insert(first, Table::new(rows));
        }
        Ok(())
    }

    /// Whether every row's parent exists.
    ///
    /// # Errors
    /// The first that does not.
    pub fn check(&self) -> Result<(), TableMistake> {
        for (id, table) in &self.tables {
            let Some(above) = id.parent() else { continue };
            for row in &table.rows {
                if self.by_code(above, &row.parent).is_none() {
                    return Err(TableMistake::Orphan {
                        file: id.file(),
                        code: row.code.to_string(),
                        parent: row.parent.to_string(),
                        table: above.chinese(),
                    });
                }
            }
        }
        Ok(())
    }

    /// All rows, in the file's order.
    pub fn rows(&self, table: TableId) -> &[Row] {
        self.tables.get(&table).map_or(&[], |t| &t.rows)
    }

    /// The row of exactly that code, or of exactly that name if only one has it.
    pub fn find(&self, table: TableId, text: &str) -> Option<&Row> {
        let mut named = self.exactly(table, text);
        match (named.next(), named.next()) {
            (Some(row), None) => Some(row),
            (Some(_), Some(_)) | (None, _) => self.by_code(table, text),
        }
    }

    /// The row of exactly that code or name among those that belong to `parent`; else as [`Tables::find`].
    pub fn find_under(&self, table: TableId, text: &str, parent: &str) -> Option<&Row> {
        let own = self.exactly(table, text).find(|row| *row.parent == *parent);
        own.or_else(|| self.find(table, text))
    }

    /// The row of that code.
    pub fn by_code(&self, table: TableId, code: &str) -> Option<&Row> {
        self.exactly(table, code).find(|row| *row.code == *code)
    }

    /// The name behind a code, or the code itself where it is unknown.
    pub fn name_of<'a>(&'a self, table: TableId, code: &'a str) -> &'a str {
        self.by_code(table, code).map_or(code, |row| &row.name)
    }

    /// Every row whose code or name starts so, in the file's order; all rows for "".
    pub fn lookup(&self, table: TableId, start: &str) -> Vec<&Row> {
        self.rows(table).iter().filter(|row| row.code.starts_with(start) || row.name.starts_with(start)).collect()
    }

    fn exactly<'a>(&'a self, table: TableId, text: &str) -> impl Iterator<Item = &'a Row> + use<'a> {
        let table = self.tables.get(&table);
        let places = table.and_then(|t| t.places.get(text)).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(move |at| table.and_then(|t| t.rows.get(*at)))
    }
}

/// 省份 are the rows that belong to none of the file; 城市 belong to these, 区县 to those.
fn regions(rows: Vec<Row>) -> Result<[Vec<Row>; 3], TableMistake> {
    let codes = |rows: &[Row]| rows.iter().map(|r| r.code.clone()).collect::<BTreeSet<_>>();
    let all = codes(&rows);
    let (below, provinces): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|r| all.contains(&r.parent));
    let first = codes(&provinces);
    let (cities, below): (Vec<Row>, Vec<Row>) = below.into_iter().partition(|r| first.contains(&r.parent));
    let second = codes(&cities);
    match below.iter().find(|r| !second.contains(&r.parent)) {
        None => Ok([provinces, cities, below]),
        Some(row) => Err(TableMistake::Orphan {
            file: TableId::District.file(),
            code: row.code.to_string(),
            parent: row.parent.to_string(),
            table: TableId::City.chinese(),
        }),
    }
}

/// The rows of one file, each checked by itself and for its code.
fn parse(file: &str, text: &str) -> Result<Vec<Row>, TableMistake> {
    if text.len() > MAX_BYTES {
        return Err(TableMistake::TooLarge { file: file.into(), bytes: text.len() });
    }
    let wrong = |line: u64, what: String| TableMistake::Line { file: file.into(), line, what };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader =
        csv::ReaderBuilder::new().comment(Some(b'#')).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut seen: BTreeMap<Box<str>, u64> = BTreeMap::new();
    let mut headed = false;
    for record in reader.records() {
        let record = record.map_err(|e| wrong(e.position().map_or(0, csv::Position::line), "不是CSV".into()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells: Vec<&str> = record.iter().map(str::trim).collect();
        if !headed {
            if cells != HEADER {
                return Err(wrong(line, format!("表头应为 {}，实为 {}", HEADER.join(","), cells.join(","))));
            }
            headed = true;
            continue;
        }
        let [code, name, parent] = cells[..] else {
            return Err(wrong(line, format!("应有3列（{}），实有{}列", HEADER.join(","), cells.len())));
        };
        if let Some(what) = objection(code, name, parent) {
            return Err(wrong(line, what));
        }
        if let Some(first) = seen.insert(code.into(), line) {
            return Err(wrong(line, format!("代码「{code}」与第{first}行重复")));
        }
        rows.push(Row { code: code.into(), name: name.into(), parent: parent.into() });
    }
    if rows.is_empty() { Err(TableMistake::Empty(file.into())) } else { Ok(rows) }
}

fn objection(code: &str, name: &str, parent: &str) -> Option<String> {
    let is_code = |text: &str| text.len() <= MAX_CODE && text.bytes().all(|b| b.is_ascii_graphic());
    if code.is_empty() || !is_code(code) {
        return Some(format!("代码应为1至{MAX_CODE}位字母或数字，实为「{}」", shortened(code)));
    }
    if name.is_empty() {
        return Some(format!("代码「{code}」没有名称"));
    }
    if name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Some(format!("代码「{code}」的名称应为一行，最多{MAX_NAME}字"));
    }
    (!is_code(parent)).then(|| format!("代码「{code}」的上级应为代码，实为「{}」", shortened(parent)))
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests;
