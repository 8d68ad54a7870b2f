use std::cmp::Ordering;

use serde_json::{Number, Value};

/// Whether two JSON values are equal. Numbers compare by value, so `1` is `1.0` and integers of 64 bits are exact; the
/// order of an object's members does not matter.
pub fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => compare_numbers(a, b) == Ordering::Equal,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => a == b,
    }
}

/// Orders two JSON numbers by their exact value, without rounding an integer to a float.
pub fn compare_numbers(a: &Number, b: &Number) -> Ordering {
    match (integer(a), integer(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(a), None) => compare_mixed(a, float(b)),
        (None, Some(b)) => compare_mixed(b, float(a)).reverse(),
        (None, None) => float(a).total_cmp(&(float(b) + 0.0)),
    }
}

fn integer(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

/// JSON has no infinities and no NaN. Adding zero makes `-0.0` the same as `0.0`.
fn float(number: &Number) -> f64 {
    number.as_f64().unwrap_or_default() + 0.0
}

fn compare_mixed(integer: i128, float: f64) -> Ordering {
    // The cast saturates, which is right here: the integer has at most 64 bits.
    let whole = float.trunc() as i128;
    integer.cmp(&whole).then_with(|| 0.0_f64.total_cmp(&(float.fract() + 0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_compare_by_value() {
        for (a, b, expected) in [
            (json!(1), json!(1.0), Ordering::Equal),
            (json!(0.0), json!(-0.0), Ordering::Equal),
            (json!(0), json!(-0.0), Ordering::Equal),
            (json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992_u64), Ordering::Greater),
            (json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992.0), Ordering::Greater),
            (json!(u64::MAX), json!(1e300), Ordering::Less),
            (json!(i64::MIN), json!(-1e300), Ordering::Greater),
            (json!(1), json!(1.5), Ordering::Less),
            (json!(-1), json!(-1.5), Ordering::Greater),
            (json!(0), json!(1e-300), Ordering::Less),
        ] {
            let (Value::Number(a), Value::Number(b)) = (&a, &b) else { unreachable!() };
            assert_eq!(compare_numbers(a, b), expected, "{a} {b}");
            assert_eq!(compare_numbers(b, a), expected.reverse(), "{b} {a}");
        }
    }

    #[test]
    fn text_is_no_number_and_order_of_members_does_not_matter() {
        assert!(!equal(&json!(748), &json!("748")));
        assert!(equal(&json!({"a": [1], "b": null}), &json!({"b": null, "a": [1.0]})));
        assert!(!equal(&json!({"a": 1}), &json!({"a": 1, "b": null})));
    }
}
