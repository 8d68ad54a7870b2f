use super::{BAD, BEGIN, DONE, LATE, covered, process};
use crate::proof::coverage::{Coverage, Floor};

#[test]
fn floors_are_read_and_hold_exactly() {
    let floor = |text: &str| text.parse::<Floor>();
    assert_eq!(floor("flow=3").unwrap_err(), "`flow` is no criterion: did you mean `flows`?");
    assert!(floor("101").unwrap_err().starts_with("write a number of percent"));
    assert!(floor("all-flows").is_err());
    let coverage = covered(&process(), &[&format!("{BEGIN} {DONE}")]);
    let holds = |text: &str| floor(text).unwrap().holds(&coverage);
    // 3 of 8 are 37.5 %.
    assert_eq!((holds("37"), holds("all-flows=38"), holds("38%")), (true, false, false));
    assert_eq!((holds("activities=100"), holds("mcdc=1")), (true, false));
}

#[test]
fn what_was_covered_and_is_not_any_more_is_lost() {
    let bad = format!("{BEGIN} {BAD}");
    let (done, late) = (format!("{BEGIN} {DONE}"), format!("{BEGIN} {LATE}"));
    let last = covered(&process(), &[&bad, &done]);
    let lost = |walks: &[&str]| {
        let now: Coverage = covered(&process(), walks);
        let loss = now.since(&last);
        let ids: Vec<String> = loss.lost.iter().map(|element| element.id.clone()).collect();
        (ids, loss.fell, loss.any())
    };
    assert_eq!(lost(&[&done, &bad]), (Vec::new(), false, false));
    assert_eq!(lost(&[&done, &bad, &late]), (Vec::new(), false, false));
    let gone = vec!["bad".to_owned(), "refused".to_owned()];
    assert_eq!(lost(&[&done]), (gone.clone(), true, true));
    assert_eq!(lost(&[&done, &late]), (gone, false, true), "as many as before, but not the same");
}
