use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{CasesFile, Table};
use crate::diagnostic::{Diagnostics, Style, frames};
use crate::source::{Sources, Span, Spanned};

/// The table of a file, and the frames of its problems.
fn read(name: &str, text: &str) -> (Option<Table>, String) {
    let mut sources = Sources::new();
    let nowhere = Span::new(sources.add("a.yaml", name), 0, name.len());
    let file = sources.add(name, text);
    let mut found = Diagnostics::new();
    let cases = CasesFile { path: Spanned::new(name.to_owned(), nowhere), format: None, separator: None };
    let table = cases.table(&sources, file, &mut found);
    (table, frames(&found.sorted(), &sources, Style::Plain))
}

#[track_caller]
fn rows(name: &str, text: &str) -> Vec<(String, Value)> {
    let (table, told) = read(name, text);
    assert_eq!(told, "");
    let table = table.unwrap();
    (0..table.len() as u32).map(|row| (table.id(row), Value::Object(table.values(row)))).collect()
}

#[test]
fn csv_is_text_unless_the_header_says_otherwise() {
    let text = "id,zip,age:integer,share:number,ok:boolean,more:json\r\n\
                a,0755,7,0.5,true,\"[1, {\"\"x\"\": null}]\"\r\n\
                \r\n\
                \"b, c\",\"1\n2\",,,,\r\n";
    assert_eq!(
        rows("people.csv", text),
        [
            (
                "a".into(),
                json!({"id": "a", "zip": "0755", "age": 7, "share": 0.5, "ok": true, "more": [1, {"x": null}]})
            ),
            ("b, c".into(), json!({"id": "b, c", "zip": "1\n2", "age": null, "share": null, "ok": null, "more": null})),
        ]
    );
    assert_eq!(rows("people.tsv", "a\tb\nx,y\tz"), [("1".into(), json!({"a": "x,y", "b": "z"}))]);
}

#[test]
fn json_and_yaml_give_the_same_rows() {
    let expected = [
        ("x".to_owned(), json!({"id": "x", "n": 1})),
        ("2".to_owned(), json!({"n": [true, null], "s": "😀"})),
        ("3.50".to_owned(), json!({"id": 3.5})),
    ];
    let yaml = "- { id: x, n: 1 }\n- n: [true, null]\n  s: 😀\n- id: 3.50\n";
    assert_eq!(rows("a.yaml", yaml), expected);
    // Escapes that only JSON has; a number is not told as it is written.
    let json =
        "[\n\t{\"id\": \"x\", \"n\": 1},\n\t{\"n\": [true, null], \"s\": \"\\ud83d\\ude00\"},\n\t{\"id\": \"3.50\"}]\n";
    assert_eq!(rows("a.json", json)[..2], expected[..2]);
    assert_eq!(rows("a.json", " [ {} ] "), [("1".to_owned(), json!({}))]);
}

#[test]
fn places_of_rows_are_exact() {
    let csv = "a,b\n1,2\n\n\"x\ny\",z\n";
    let (table, _) = read("a.csv", csv);
    let table = table.unwrap();
    let text = |row| {
        let span = table.span(row);
        &csv[span.start as usize..span.end as usize]
    };
    assert_eq!((text(0), text(1)), ("1,2", "\"x\ny\",z"));
    let json = "[{\"a\": 1} , {\"a\": 2}]";
    let (table, _) = read("a.json", json);
    let span = table.unwrap().span(1);
    assert_eq!(&json[span.start as usize..span.end as usize], "{\"a\": 2}");
}

#[test]
fn columns_that_rows_leave_out_are_known() {
    let (table, _) = read("a.yaml", "- { a: 1, b: 1 }\n- { a: 1 }\n- { a: 1, b: 1, c: 1 }\n");
    let table = table.unwrap();
    let missing: Vec<_> = table.columns().iter().map(|column| (column.name.value.as_str(), column.missing)).collect();
    assert_eq!(missing, [("a", None), ("b", Some(1)), ("c", Some(0))]);
}

#[test]
fn problems_point_into_the_data() {
    let many: String = (0..40).map(|_| "x\n").collect();
    let long = format!("id\n{}\n", "x".repeat(201));
    let all = [
        ("none.csv", ""),
        ("header.csv", "a,b:interger, ,a\n1,2,3,4\n"),
        ("ragged.csv", "a,b\n1\n1,2\n1,2,3\n"),
        ("values.csv", "a:integer,b:boolean,c:json\n1.5,yes,\"{x\"\n"),
        ("ids.csv", "id,a\nx,1\ny,2\nx,3\n,4\n"),
        ("id.csv", long.as_str()),
        ("quote.csv", "a,b\n1,\"2\n3,4\n"),
        ("many.csv", &format!("a,b\n{many}")),
        ("empty.csv", "a,b\n"),
        ("tail.json", "[{\"a\": 1}] x"),
        ("open.json", "[{\"a\": 1},\n {\"a\": tru}]"),
        ("twice.json", "[{\"a\": 1, \"a\": 2}]"),
        ("object.json", "{\"a\": 1}"),
        ("rows.json", "[1]"),
        ("rows.yaml", "- 1\n- [a]\n- { id: [] }\n- { id: 1 }\n- { id: \"1\" }\n- { n: 1 }\n"),
        ("numbers.yaml", "- { n: 1 }\n- { id: 1 }\n"),
        ("mapping.yaml", "a: 1\n"),
        ("what.txt", "a,b\n"),
    ];
    let mut told = String::new();
    for (name, text) in all {
        let (table, frames) = read(name, text);
        assert!(!frames.is_empty(), "{name}");
        assert_eq!(table.is_some(), name == "empty.csv", "{name}");
        told += &frames;
    }
    insta::assert_snapshot!(told);
}

#[test]
fn bounds_are_told() {
    let rows = format!("a\n{}", "x\n".repeat(super::MAX_ROWS + 1));
    let (table, told) = read("a.csv", &rows);
    assert!(table.is_none() && told.contains("a table has at most 100000 rows"), "{told}");
    let (table, told) = read("a.json", &" ".repeat(super::MAX_TABLE_BYTES + 1));
    assert!(table.is_none() && told.contains("16777216 of cases are read at most"), "{told}");
}

/// A CSV field as it must be written.
fn quoted(field: &str) -> String {
    format!("\"{}\"", field.replace('"', "\"\""))
}

proptest! {
    /// What is written by the rules comes back as it was, whatever it is, and with the right number of rows.
    #[test]
    fn csv_comes_back(cells in prop::collection::vec(prop::collection::vec("[a-z0-9 ,;\"\n\r€😀é-]{0,8}", 3), 0..8)) {
        let mut text = "a,b,c\r\n".to_owned();
        for row in &cells {
            text += &row.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",");
            text += "\r\n";
        }
        let (table, _) = read("a.csv", &text);
        let table = table.unwrap();
        prop_assert_eq!(table.len(), cells.len());
        for (row, cells) in cells.iter().enumerate() {
            let values = table.values(row as u32);
            let expected: Map<String, Value> =
                ["a", "b", "c"].iter().map(|name| (*name).to_owned()).zip(cells.iter().map(|cell| json!(cell))).collect();
            prop_assert_eq!(values, expected);
        }
    }

    /// No bytes make any reader panic, and rows never overlap.
    #[test]
    fn nothing_panics(text in "(id|a|1|x|:integer|:json|,|;|\"|\n|\r|\t| |\\[|\\]|\\{|\\}|\\\\|😀|null){0,40}") {
        for name in ["a.csv", "a.json", "a.yaml", "a.tsv"] {
            if let (Some(table), _) = read(name, &text) {
                let mut end = 0;
                for row in 0..table.len() as u32 {
                    let span = table.span(row);
                    prop_assert!(span.start >= end && span.end as usize <= text.len());
                    end = span.end;
                    table.values(row);
                    prop_assert!(!table.id(row).is_empty());
                }
            }
        }
    }

    /// JSON rows come back as they were.
    #[test]
    fn json_comes_back(rows in prop::collection::vec(prop::collection::btree_map("[b-d]", "[a-z\"\\\\\n😀]{0,6}", 0..3), 0..6)) {
        let (table, told) = read("a.json", &json!(rows).to_string());
        prop_assert!(rows.is_empty() || told.is_empty(), "{}", told);
        let table = table.unwrap();
        for (at, row) in rows.iter().enumerate() {
            prop_assert_eq!(Value::Object(table.values(at as u32)), json!(row));
        }
    }
}
