//! From the fields of an RFP file to the request.

use opener_trade::{
    Currency, List, Number, PeerText, Period, Place,
    document::{
        self, BidRules, Body, Criterion, Delivery, Direction, Disclosure, Lot, Measure, Party,
        Property, Rfp, Schedule,
    },
};
use rust_decimal::Decimal;

use super::{model, words::Exact};
use crate::{
    FormatError, ocds::OPEN_CEILING, reading::Timing, text::guessed_language, warning::Warnings,
};

/// Makes the request, or says which field stands in the way.
pub(crate) fn rfp(
    file: &str,
    request: model::Request,
    timing: &Timing,
    warnings: &mut Warnings,
) -> Result<Rfp, FormatError> {
    let error = |field: &str, advice: &str| FormatError::new(file, field, advice);
    let schedule = schedule(&request, timing, &error)?;
    let buyer = match &request.buyer {
        Some(buyer) => Party {
            name: buyer.name.clone(),
            place: place(&buyer.place, "buyer/place", &error)?,
            contact: buyer.contact.clone(),
        },
        None => timing.buyer.clone().ok_or_else(|| {
            error(
                "buyer",
                "is missing: name it in the file, or in the profile of the peer",
            )
        })?,
    };
    let delivery = match &request.delivery {
        Some(asked) => delivery(asked, "delivery", timing, &error)?,
        None => Delivery {
            place: buyer.place.clone(),
            window: None,
        },
    };
    if request.currencies.is_empty() {
        return Err(error(
            "currencies",
            "is empty: name at least one, such as [\"EUR\"]",
        ));
    }
    let criteria = criteria(&request, &error, warnings)?;
    let lots = request.lots.iter().zip(1..).map(|(lot, place)| Lot {
        number: lot.number.unwrap_or(place),
        title: lot.title.clone(),
    });
    let lots: Vec<Lot> = lots.collect();
    if !lots.is_empty() && request.lines.iter().any(|line| line.lot.is_none()) {
        warnings.add(
            "lots",
            "not every line is in a lot: the request is awarded as a whole",
        );
    }
    let lines = (1..)
        .zip(&request.lines)
        .map(|(number, line)| self::line(number, line, timing, &error))
        .collect::<Result<Vec<_>, _>>()?;
    let text = format!("{} {}", request.title, request.description);
    let language = request.language.clone().or_else(|| {
        let guess = guessed_language(&text)?;
        let text = format!("is missing; {} guessed from the text", guess.as_str());
        warnings.add("language", text);
        Some(guess)
    });
    let too_long = |broken: opener_trade::Invalid| FormatError::of_rule(file, &broken);
    let rfp = Rfp {
        revision: request.revision.unwrap_or(1),
        title: request.title,
        description: request.description,
        language: language.ok_or_else(|| error("language", "name one, such as en"))?,
        buyer,
        schedule,
        rules: rules(request.rules.as_ref()),
        currencies: request.currencies,
        delivery,
        incoterm: request.incoterm.map(|term| term.0),
        payment: request.payment,
        criteria: List::try_from(criteria).map_err(too_long)?,
        disclosure: request.disclosure.unwrap_or(Disclosure::Conclusion),
        attachments: request.attachments,
        lots: List::try_from(lots).map_err(too_long)?,
        lines: List::try_from(lines).map_err(too_long)?,
        stamps: List::default(),
    };
    rfp.check()
        .map_err(|broken| FormatError::of_rule(file, &broken))?;
    Ok(rfp)
}

type Fail<'a> = &'a dyn Fn(&str, &str) -> FormatError;

fn schedule(
    request: &model::Request,
    timing: &Timing,
    error: Fail<'_>,
) -> Result<Schedule, FormatError> {
    let moment = |when: Option<super::moment::When>| when.map(|when| when.from(timing.now));
    let award = timing.award_by.since(timing.bid_deadline);
    let bid_deadline = moment(request.deadline).unwrap_or(timing.bid_deadline);
    let schedule = Schedule {
        open: moment(request.open).unwrap_or(timing.now.min(bid_deadline)),
        question_cutoff: moment(request.questions_until),
        bid_deadline,
        award_by: moment(request.award_by).unwrap_or(bid_deadline.plus(award)),
    };
    if bid_deadline <= timing.now {
        return Err(error(
            "deadline",
            "is over: give a later one, such as \"in 2 h\"",
        ));
    }
    if schedule.open > bid_deadline {
        return Err(error(
            "open",
            "is after the deadline: open the bidding before it ends",
        ));
    }
    if schedule.question_cutoff.is_some_and(|at| at > bid_deadline) {
        return Err(error(
            "questions_until",
            "is after the deadline: end questions before bids",
        ));
    }
    if schedule.award_by < bid_deadline {
        return Err(error(
            "award_by",
            "is before the deadline: leave time to choose",
        ));
    }
    Ok(schedule)
}

fn rules(given: Option<&model::Rules>) -> BidRules {
    let usual = BidRules::default();
    let Some(given) = given else {
        return usual;
    };
    BidRules {
        commitment: given.commitment.unwrap_or(usual.commitment),
        validity: given.validity.map_or(usual.validity, |span| span.0),
        partial: given.partial.unwrap_or(usual.partial),
        alternatives: given.alternatives.unwrap_or(usual.alternatives),
        repeated: given.repeated.unwrap_or(usual.repeated),
        max_rounds: given.max_rounds.unwrap_or(usual.max_rounds),
        extension: given.extension.map_or(usual.extension, |span| span.0),
        tax_basis: given.tax.unwrap_or(usual.tax_basis),
    }
}

fn place(given: &model::Place, field: &str, error: Fail<'_>) -> Result<Place, FormatError> {
    let degrees = |name: &str, given: Option<Exact>, most: i64| {
        let Some(Exact(degrees)) = given else {
            return Ok(None);
        };
        let millionths = degrees.decimal().checked_mul(Decimal::from(1_000_000));
        millionths
            .map(|millionths| millionths.round())
            .filter(|millionths| millionths.abs() <= Decimal::from(most * 1_000_000))
            .and_then(|millionths| i32::try_from(millionths).ok())
            .map(Some)
            .ok_or_else(|| {
                error(
                    &format!("{field}/{name}"),
                    &format!("must be within ±{most} degrees"),
                )
            })
    };
    let place = Place {
        country: given.country,
        locality: given.locality.clone(),
        latitude_e6: degrees("latitude", given.latitude, 90)?,
        longitude_e6: degrees("longitude", given.longitude, 180)?,
    };
    if place.latitude_e6.is_some() == place.longitude_e6.is_some() {
        Ok(place)
    } else {
        Err(error(field, "give latitude and longitude, or neither"))
    }
}

fn delivery(
    given: &model::Delivery,
    field: &str,
    timing: &Timing,
    error: Fail<'_>,
) -> Result<Delivery, FormatError> {
    let place = place(&given.place, &format!("{field}/place"), error)?;
    let Some(until) = given.until.map(|until| until.from(timing.now)) else {
        return match given.from {
            None => Ok(Delivery {
                place,
                window: None,
            }),
            Some(_) => Err(error(
                &format!("{field}/until"),
                "is missing: a window has two ends",
            )),
        };
    };
    let from = given.from.map_or(timing.now, |from| from.from(timing.now));
    if until < from {
        return Err(error(
            &format!("{field}/until"),
            "is before the beginning of the window",
        ));
    }
    Ok(Delivery {
        place,
        window: Some(Period { from, until }),
    })
}

fn criteria(
    request: &model::Request,
    error: Fail<'_>,
    warnings: &mut Warnings,
) -> Result<Vec<Criterion>, FormatError> {
    let currency = request.currencies.first();
    let given = match &request.criteria {
        Some(given) if !given.is_empty() => given,
        _ => {
            let worst = ceiling(request.budget).unwrap_or_else(|| {
                let code = currency.map_or("", |currency: &Currency| currency.code());
                let text = format!("neither budget nor criteria are given: price alone counts, up to {OPEN_CEILING} {code}");
                warnings.add("criteria", text.trim());
                Number::from(OPEN_CEILING)
            });
            return Ok(vec![Criterion {
                name: PeerText::truncated("price"),
                weight: Decimal::ONE_HUNDRED.into(),
                direction: Direction::Lower,
                best: Number::ZERO,
                worst,
                knock_out: false,
                measure: Measure::Total,
            }]);
        }
    };
    let each = given
        .iter()
        .enumerate()
        .map(|(i, given)| criterion(i, given, request.budget, error));
    each.collect()
}

/// Twice the budget: a price far above it still tells itself apart.
fn ceiling(budget: Option<Exact>) -> Option<Number> {
    let Exact(budget) = budget?;
    Some(budget.decimal().saturating_mul(Decimal::TWO).into())
}

fn criterion(
    place: usize,
    given: &model::Criterion,
    budget: Option<Exact>,
    error: Fail<'_>,
) -> Result<Criterion, FormatError> {
    let missing = |name: &str| {
        error(
            &format!("criteria/{place}/{name}"),
            "is missing: bounds are fixed in the request, so that no bid moves them",
        )
    };
    let is_total = given.measure == Measure::Total;
    let of_budget = || ceiling(budget).filter(|_| is_total);
    let worst = given
        .worst
        .map(|bound| bound.0)
        .or_else(of_budget)
        .ok_or_else(|| missing("worst"))?;
    let is_cost = matches!(
        given.measure,
        Measure::Total | Measure::LeadTimeDays | Measure::DistanceKm
    );
    let nothing = is_cost.then_some(Number::ZERO);
    let best = given
        .best
        .map(|bound| bound.0)
        .or(nothing)
        .ok_or_else(|| missing("best"))?;
    let falls = if best < worst {
        Direction::Lower
    } else {
        Direction::Higher
    };
    Ok(Criterion {
        name: given.name.clone(),
        weight: given.weight.0,
        direction: given.direction.unwrap_or(falls),
        best,
        worst,
        knock_out: given.knock_out,
        measure: given.measure,
    })
}

fn line(
    number: u32,
    given: &model::Line,
    timing: &Timing,
    error: Fail<'_>,
) -> Result<document::Line, FormatError> {
    let field = format!("lines/{}", number - 1);
    let own = given.delivery.as_ref();
    let own = own
        .map(|own| delivery(own, &format!("{field}/delivery"), timing, error))
        .transpose()?;
    let categories: Vec<_> = given
        .categories
        .iter()
        .map(|words| words.0.clone())
        .collect();
    let properties = given.properties.iter().map(|(name, value)| {
        let name = PeerText::new(name).ok()?;
        Some(Property {
            name,
            value: value.clone(),
        })
    });
    let properties = properties
        .collect::<Option<Vec<_>>>()
        .and_then(|list| List::try_from(list).ok());
    let too_many = "holds too many properties, or one with too long a name";
    Ok(document::Line {
        number: given.number.unwrap_or(number),
        name: given.name.clone(),
        description: given.description.clone(),
        quantity: given.quantity.0,
        categories: List::try_from(categories).unwrap_or_default(),
        properties: properties.ok_or_else(|| error(&format!("{field}/properties"), too_many))?,
        delivery: own,
        optional: given.optional,
        lot: given.lot,
    })
}
