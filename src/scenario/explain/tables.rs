//! Code tables, shown and searched: `kouan explain 港口`, `kouan explain 港口 上海`, `kouan explain 代码 CNSH`.

use std::fmt::Write;

use domain::tables::{Row, TableId, Tables};

/// The word for all tables together.
pub const ALL: &str = "参数表";
/// The word that stands before a code whose table is not known.
pub const CODE: &str = "代码";
/// As many rows of one table are shown; the rest is found by its start.
const MOST_ROWS: usize = 100;

/// A table with that name, or the list of all.
pub fn explain(tables: &Tables, id: &str) -> Option<String> {
    if id == ALL {
        return Some(list(tables));
    }
    let table = TableId::by_name(id)?;
    let rows: Vec<&Row> = tables.rows(table).iter().collect();
    let mut text = format!("{id}  参数表（{}），共{}行：代码 名称\n\n", table.file(), rows.len());
    print(&mut text, tables, table, &rows);
    let _ = writeln!(text, "\n  表单里填代码或名称，须与表中完全一致；按开头查找：kouan explain {id} 开头");
    Some(text)
}

/// The rows of one table (代码: of all tables) whose code or name starts so. `None` for what is no table.
///
/// # Errors
/// There is no such row: says so.
pub fn look_up(tables: &Tables, id: &str, start: &str) -> Option<Result<String, String>> {
    let ids = if id == CODE || id == ALL { TableId::ALL.to_vec() } else { vec![TableId::by_name(id)?] };
    let mut text = String::new();
    for table in ids {
        let rows = tables.lookup(table, start);
        if rows.is_empty() {
            continue;
        }
        let gap = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{gap}{}  {}行以「{start}」开头\n", table.chinese(), rows.len());
        print(&mut text, tables, table, &rows);
    }
    if text.is_empty() {
        let where_ = if id == CODE { ALL } else { id };
        return Some(Err(format!("{where_}里没有以「{start}」开头的代码或名称；`kouan explain {ALL}` 列出全部参数表")));
    }
    Some(Ok(text))
}

fn list(tables: &Tables) -> String {
    let mut text = format!("{ALL}  表单里下拉框的内容\n\n");
    for table in TableId::ALL {
        let _ = writeln!(text, "  {}  {}行（{}）", table.chinese(), tables.rows(table).len(), table.file());
    }
    let _ = writeln!(
        text,
        "\n  内置的只是节选；`--tables 目录` 用目录里的同名文件整张替换，格式见 fixtures/tables/README.md\n  \
         查看：kouan explain 港口；查找：kouan explain 港口 上海、kouan explain {CODE} CNSH"
    );
    text
}

fn print(text: &mut String, tables: &Tables, table: TableId, rows: &[&Row]) {
    for row in rows.iter().take(MOST_ROWS) {
        let above = table.parent().filter(|_| !row.parent.is_empty()).map(|above| tables.name_of(above, &row.parent));
        let above = above.map(|name| format!("（{name}）")).unwrap_or_default();
        let _ = writeln!(text, "  {} {}{above}", row.code, row.name);
    }
    if rows.len() > MOST_ROWS {
        let _ = writeln!(text, "  ……还有{}行", rows.len() - MOST_ROWS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::fixtures;

    #[test]
    fn every_table_is_shown_with_all_its_rows() {
        let tables = fixtures::tables();
        for table in TableId::ALL {
            let text = explain(tables, table.chinese()).unwrap();
            assert_eq!(text.lines().count(), tables.rows(table).len() + 4, "{}", table.chinese());
        }
        let all = explain(tables, ALL).unwrap();
        assert!(all.contains("  省份  34行（regions.csv）\n"), "{all}");
        assert_eq!(explain(tables, "港"), None);
    }

    #[test]
    fn a_row_is_found_by_its_start_in_one_table_or_in_all() {
        let tables = fixtures::tables();
        let found = look_up(tables, "港口", "上海").unwrap().unwrap();
        assert_eq!(found, "港口  2行以「上海」开头\n\n  CNPVG 上海浦东（中国）\n  CNSHA 上海（中国）\n");
        let found = look_up(tables, CODE, "CNSH").unwrap().unwrap();
        assert_eq!(found, "港口  2行以「CNSH」开头\n\n  CNSHA 上海（中国）\n  CNSHK 蛇口（中国）\n");
        let found = look_up(tables, CODE, "农业").unwrap().unwrap();
        assert_eq!(found, "行业性质  1行以「农业」开头\n\n  01 农业\n");
        let nothing = look_up(tables, "港口", "无此港").unwrap().unwrap_err();
        assert_eq!(nothing, "港口里没有以「无此港」开头的代码或名称；`kouan explain 参数表` 列出全部参数表");
        assert_eq!(look_up(tables, "协议签署", "x"), None);
    }
}
