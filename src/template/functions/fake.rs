use fake::Fake;
use fake::faker::address::raw::{BuildingNumber, CityName, CountryCode, CountryName, PostCode, StateName, StreetName};
use fake::faker::company::raw::CompanyName;
use fake::faker::internet::raw::{IPv4, SafeEmail, UserAgent, Username};
use fake::faker::job::raw::Title as JobTitle;
use fake::faker::lorem::raw::{Sentence, Word};
use fake::faker::name::raw::{FirstName, LastName, Name};
use fake::faker::phone_number::raw::PhoneNumber;
use fake::locales::{DE_DE, EN, FR_FR, IT_IT, NL_NL, PT_PT, TR_TR};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use minijinja::value::{Kwargs, Value};
use minijinja::{Error, State};
use rand::RngExt;

use super::engine::{failed, namespace};
use crate::diagnostic::one_of;
use crate::template::scope::Effects;

const LOCALES: [&str; 7] = ["de", "en", "fr", "it", "nl", "pt", "tr"];

/// A function whose data depends on the locale. Each locale is a type of its own, hence a macro.
macro_rules! localised {
    ($faker:ident) => {
        Value::from_function(|state: &State, options: Kwargs| -> Result<String, Error> {
            let locale: Option<&str> = options.get("locale")?;
            options.assert_all_used()?;
            let mut generator = Effects::of(state)?.generator();
            Ok(match locale.unwrap_or("en") {
                "de" => $faker(DE_DE).fake_with_rng(&mut generator),
                "en" => $faker(EN).fake_with_rng(&mut generator),
                "fr" => $faker(FR_FR).fake_with_rng(&mut generator),
                "it" => $faker(IT_IT).fake_with_rng(&mut generator),
                "nl" => $faker(NL_NL).fake_with_rng(&mut generator),
                "pt" => $faker(PT_PT).fake_with_rng(&mut generator),
                "tr" => $faker(TR_TR).fake_with_rng(&mut generator),
                other => return Err(failed(format!("there is no locale `{other}`, expected {}", one_of(LOCALES)))),
            })
        })
    };
}

/// A function whose data is the same in every locale.
macro_rules! plain {
    ($faker:ident) => {
        Value::from_function(|state: &State| -> Result<String, Error> {
            Ok($faker(EN).fake_with_rng(&mut Effects::of(state)?.generator()))
        })
    };
}

pub(super) fn fake() -> Value {
    namespace([
        ("name", localised!(Name)),
        ("first_name", localised!(FirstName)),
        ("last_name", localised!(LastName)),
        ("email", plain!(SafeEmail)),
        ("username", plain!(Username)),
        ("ipv4", plain!(IPv4)),
        ("user_agent", plain!(UserAgent)),
        ("phone", localised!(PhoneNumber)),
        ("company", localised!(CompanyName)),
        ("job", plain!(JobTitle)),
        ("street", localised!(StreetName)),
        ("building_number", localised!(BuildingNumber)),
        ("postcode", localised!(PostCode)),
        ("city", localised!(CityName)),
        ("state", plain!(StateName)),
        ("country", plain!(CountryName)),
        ("country_code", plain!(CountryCode)),
        ("date_of_birth", Value::from_function(date_of_birth)),
        ("date", Value::from_function(date)),
        ("word", plain!(Word)),
        ("sentence", Value::from_function(sentence)),
    ])
}

fn date_of_birth(state: &State, options: Kwargs) -> Result<String, Error> {
    let (min, max): (Option<i16>, Option<i16>) = (options.get("min_age")?, options.get("max_age")?);
    options.assert_all_used()?;
    let (min, max) = (min.unwrap_or(18), max.unwrap_or(90));
    if !(0 <= min && min < max && max <= 150) {
        return Err(failed(format!("ages go from 0 to 150, the minimum below the maximum, not {min} to {max}")));
    }
    let effects = Effects::of(state)?;
    let mut generator = effects.generator();
    // Counted from last year, so that whoever has no birthday yet this year is old enough already.
    let year = effects.now.to_zoned(TimeZone::UTC).year() - 1 - generator.random_range(min..max);
    let (month, day) = (generator.random_range(1..=12), generator.random_range(1..=28));
    let date = Date::new(year, month, day).map_err(|_| failed("the birthday leads out of the calendar"))?;
    Ok(date.to_string())
}

/// A day between two, both included.
fn date(state: &State, from: &str, to: &str) -> Result<String, Error> {
    let day =
        |text: &str| text.parse::<Date>().map_err(|_| failed(format!("`{text}` is no day, such as `2026-01-31`")));
    let (from, to) = (day(from)?, day(to)?);
    let days = from.until(to).map(|span| span.get_days()).map_err(|_| failed("the days lead out of the calendar"))?;
    if days < 0 {
        return Err(failed(format!("`fake.date` needs a day and a later one, not {from} and {to}")));
    }
    let days = i64::from(Effects::of(state)?.generator().random_range(0..=days));
    let date = from.checked_add(jiff::Span::new().days(days));
    date.map(|date| date.to_string()).map_err(|_| failed("the day leads out of the calendar"))
}

fn sentence(state: &State, options: Kwargs) -> Result<String, Error> {
    const MAX_WORDS: usize = 1_000;
    let words: Option<usize> = options.get("words")?;
    options.assert_all_used()?;
    let words = words.unwrap_or(8);
    if !(1..=MAX_WORDS).contains(&words) {
        return Err(failed(format!("a sentence has 1 to {MAX_WORDS} words, not {words}")));
    }
    Ok(Sentence(EN, words..words + 1).fake_with_rng(&mut Effects::of(state)?.generator()))
}
