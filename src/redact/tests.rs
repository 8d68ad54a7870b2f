use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::json;

use super::Redactor;
use crate::redact::{Secret, TooShort};

fn redactor(secrets: &[(&str, &str)]) -> Redactor {
    secrets.iter().fold(Redactor::new(), |redactor, (name, text)| redactor.with(name, &Secret::new(*text).unwrap()))
}

#[test]
fn every_encoding_is_masked() {
    let redactor = redactor(&[("pass", "p/ss \"wörd\"+")]);
    for text in [
        "p/ss \"wörd\"+",
        r#"p\/ss \"w\u00F6rd\"+"#,
        r#"p/ss \"wörd\"+"#,
        r#"p/ss \\\"wörd\\\"+"#,
        "p%2Fss%20%22w%C3%B6rd%22%2B",
        "p%2fss+%22w%c3%B6rd%22%2b",
        "p/ss%20%22wörd%22+",
        "p%252Fss%2520%2522w%25C3%25B6rd%2522%252B",
        "702f7373202277c3b67264222b",
        "702F7373202277C3B67264222B",
        "p&#47;ss &quot;w&#xF6;rd&quot;+",
        "p/ss &amp;quot;wörd&amp;quot;+",
    ] {
        assert_eq!(redactor.mask(&format!("a{text}b")), "a[secret:pass]b", "{text}");
        assert!(redactor.contains(text) && !redactor.contains(&redactor.mask(text)));
    }
}

#[test]
fn ordinary_text_is_left_alone() {
    let redactor = redactor(&[("pass", "hunter22")]);
    for text in ["", "hunter2", "HUNTER22", "100% sure \\n", "aHVudGVy", "[secret:other]"] {
        assert!(matches!(redactor.mask(text), std::borrow::Cow::Borrowed(same) if same == text), "{text}");
    }
    assert_eq!(Redactor::new().mask("hunter22"), "hunter22");
}

#[test]
fn overlapping_secrets_leave_nothing_behind() {
    let redactor = redactor(&[("short", "abcd"), ("long", "abcdef"), ("late", "efgh")]);
    assert_eq!(redactor.mask("abcd"), "[secret:short]");
    assert_eq!(redactor.mask("xabcdefx"), "x[secret:long]x");
    assert_eq!(redactor.mask("xabcdefghx"), "x[secret:long]x");
    assert_eq!(redactor.mask("abcdabcd"), "[secret:short][secret:short]");
}

#[test]
fn what_was_masked_is_not_masked_again() {
    let redactor = redactor(&[("secret", "secret"), ("token", "token"), ("odd", "]xyz")]);
    let once = redactor.mask("a secret token xyz tokenxyz").into_owned();
    assert_eq!(once, "a [secret:secret] [secret:token] xyz [secret:token]xyz");
    assert_eq!(redactor.mask(&once), once);
    let unknown = redactor.mask("[secret:tokens]").into_owned();
    assert_eq!(unknown, "[[secret:secret]:[secret:token]s]", "only known names are placeholders");
    assert_eq!(redactor.mask(&unknown), unknown);
}

#[test]
fn additions_stay_with_their_scenario() {
    let run = redactor(&[("pass", "hunter22")]);
    let mut one = run.clone();
    one.add("token", "t0ken-1").unwrap();
    one.add("again", "hunter22").unwrap();
    assert_eq!(one.mask("hunter22 t0ken-1"), "[secret:pass] [secret:token]");
    one.add("later", "t0ken-2").unwrap();
    assert_eq!(one.mask("t0ken-1 t0ken-2"), "[secret:token] [secret:later]");
    assert_eq!(run.mask("t0ken-1"), "t0ken-1");
    assert_eq!(one.add("x", "abc"), Err(TooShort));
    assert_eq!(format!("{run:?}"), "Redactor([\"secret:pass\"])");
}

#[test]
fn json_is_masked_in_strings_keys_and_numbers() {
    let redactor = redactor(&[("pin", "12345"), ("pass", "hunter22")]);
    let masked = redactor.mask_json(json!({"hunter22": ["x hunter22", 12345, 1.5, true, null, {"k": 912345}]}));
    assert_eq!(
        masked,
        json!({"[secret:pass]": ["x [secret:pass]", "[secret:pin]", 1.5, true, null, {"k": "9[secret:pin]"}]})
    );
}

#[test]
fn bytes_that_are_no_text_are_masked() {
    let redactor = redactor(&[("pass", "hunter22")]);
    assert_eq!(&*redactor.mask_bytes(b"\xff\0hunter22\xfe"), b"\xff\0[secret:pass]\xfe");
}

#[test]
fn a_secret_of_any_length_is_masked_whole() {
    let long: String = (0..2_000).map(|n| format!("{n} ")).collect();
    let redactor = redactor(&[("long", &long), ("same", &"a".repeat(5_000))]);
    assert_eq!(redactor.mask(&format!("<{long}>")), "<[secret:long]>");
    assert_eq!(redactor.mask(&format!("<{}>", "a".repeat(200_000))), "<[secret:same]>");
    let encoded = STANDARD.encode(format!("xx{long}"));
    assert!(redactor.mask(&encoded).len() < 40);
}

/// A secret and a text around it that cannot be part of one.
fn secrets() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{4,24}", "[a-zA-Z0-9]{4,40}", "[\\PC]{4,12}"]
}

fn encoded(secret: &str, how: usize, before: &str, after: &str) -> String {
    let around = format!("{before}{secret}{after}");
    let percent = |upper: bool, all: bool| {
        secret.bytes().fold(String::new(), |text, byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' if !all => text + &char::from(byte).to_string(),
            _ if upper => text + &format!("%{byte:02X}"),
            _ => text + &format!("%{byte:02x}"),
        })
    };
    match how {
        0 => around,
        1 => percent(true, false),
        2 => percent(false, true),
        3 => url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        4 => serde_json::to_string(&around).unwrap(),
        5 => secret.encode_utf16().fold(String::new(), |text, unit| text + &format!("\\u{unit:04x}")),
        6 => STANDARD.encode(around),
        7 => STANDARD_NO_PAD.encode(around),
        8 => URL_SAFE.encode(around),
        9 => URL_SAFE_NO_PAD.encode(around),
        _ => serde_json::to_string(&serde_json::to_string(&around).unwrap()).unwrap(),
    }
}

proptest! {
    #[test]
    fn no_encoding_survives(
        secret in secrets(), how in 0..11usize, before in "[a-z ]{0,5}", after in "[a-z ]{0,5}", text in "[a-z0-9 ]{0,20}"
    ) {
        let redactor = redactor(&[("s", &secret)]);
        let text = format!("{text} {} {text}", encoded(&secret, how, &before, &after));
        let masked = redactor.mask(&text).into_owned();
        prop_assert!(masked.contains("[secret:s]"), "{masked}");
        prop_assert!(!redactor.contains(&masked), "{masked}");
        prop_assert_eq!(redactor.mask(&masked), masked.as_str());
    }

    #[test]
    fn text_without_a_secret_is_unchanged(text in "\\PC{0,60}") {
        let redactor = redactor(&[("s", "q7Zk-93Lm+x/0")]);
        prop_assert_eq!(redactor.mask(&text), text.as_str());
    }

    #[test]
    fn masking_twice_is_masking_once(texts in prop::collection::vec("[ab:\\]\\[%\\\\4]{4,6}", 1..4), text in "[ab:\\]\\[%\\\\14u]{0,40}") {
        let names = ["a", "b]", "[c"];
        let redactor = names.iter().zip(&texts).fold(Redactor::new(), |redactor, (name, text)| {
            redactor.with(name, &Secret::new(text.as_str()).unwrap())
        });
        let once = redactor.mask(&text).into_owned();
        prop_assert_eq!(redactor.mask(&once), once.as_str());
        prop_assert!(!redactor.contains(&once));
    }
}

proptest! {
    /// However a text is shortened, what is left of a secret is not shown.
    #[test]
    fn a_cut_secret_is_not_shown(
        secret in "[a-zA-Z0-9/+\"\\\\ ]{8,40}", before in "[a-z ]{0,20}", after in "[a-z ]{0,40}", left in 4..60usize
    ) {
        let redactor = redactor(&[("s", &secret)]);
        let text = serde_json::Value::from(format!("{before}{secret}{after}"));
        let cut = crate::expect::shown(&text, left);
        let masked = redactor.mask(&cut).into_owned();
        let kept: String = secret.chars().take(5).collect();
        // What the words around happen to be is no part of it.
        prop_assume!(!format!("{before} {after}").contains(&kept));
        prop_assert!(!masked.contains(&kept), "{cut} {masked}");
        prop_assert_eq!(redactor.mask(&masked), masked.as_str());
    }
}
