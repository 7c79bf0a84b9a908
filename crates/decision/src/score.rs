//! The weighted sum over bounds that the RFP fixed, with every step of the arithmetic.

use std::fmt;

use opener_trade::{
    Number,
    document::{Criterion, Direction, Measure},
};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;
use ts_rs::TS;

use crate::Obstacle;

/// Decimals of a score on a screen. Six tell apart what people weigh; the exact value stands beside it.
pub const SHOWN_DECIMALS: u32 = 6;

/// What a value earns of a criterion: `(worst − value) ÷ (worst − best)`, from 0 to 1. Both differences are signed the
/// other way where more is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct Share {
    /// How far the value is from the worst, within the bounds.
    pub numerator: Number,
    /// How far the best is from the worst.
    pub denominator: Number,
    /// The quotient, to 28 decimals.
    pub value: Number,
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.numerator, self.denominator)
    }
}

/// One criterion of one bid: from the value to its points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Step {
    /// The criterion's name.
    pub criterion: String,
    /// Where the value comes from.
    pub measure: Measure,
    /// The value; absent where it is not known, which earns nothing.
    pub value: Option<Number>,
    /// The value that earns everything.
    pub best: Number,
    /// The value that earns nothing.
    pub worst: Number,
    /// What the value earns, from 0 to 1.
    pub share: Share,
    /// The weight, of 100.
    pub weight: Number,
    /// Share × weight ÷ 100.
    pub points: Number,
    /// The sum of the points so far.
    pub running: Number,
}

/// A score and how it came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Scored {
    /// The score from 0 to 1, to 28 decimals.
    pub score: Number,
    /// The score with [`SHOWN_DECIMALS`], half to even.
    pub shown: String,
    /// One step for each criterion, in the RFP's order.
    pub steps: Vec<Step>,
}

/// Scores one bid by its values, one for each criterion in the same order.
///
/// # Errors
/// A knock-out criterion has a value worse than its `worst`, or none.
pub fn score(criteria: &[Criterion], values: &[Option<Number>]) -> Result<Scored, Obstacle> {
    let mut running = Decimal::ZERO;
    let mut steps = Vec::with_capacity(criteria.len());
    for (i, criterion) in criteria.iter().enumerate() {
        let value = values.get(i).copied().flatten();
        knock_out(criterion, value)?;
        let share = share(criterion, value);
        let weighted = share
            .value
            .decimal()
            .saturating_mul(criterion.weight.decimal());
        let points = weighted / Decimal::ONE_HUNDRED;
        running = running.saturating_add(points);
        steps.push(Step {
            criterion: criterion.name.to_string(),
            measure: criterion.measure,
            value,
            best: criterion.best,
            worst: criterion.worst,
            share,
            weight: criterion.weight,
            points: points.into(),
            running: running.into(),
        });
    }
    let shown =
        running.round_dp_with_strategy(SHOWN_DECIMALS, RoundingStrategy::MidpointNearestEven);
    Ok(Scored {
        score: running.into(),
        shown: format!("{shown:.*}", SHOWN_DECIMALS as usize),
        steps,
    })
}

fn knock_out(criterion: &Criterion, value: Option<Number>) -> Result<(), Obstacle> {
    if !criterion.knock_out {
        return Ok(());
    }
    let name = || criterion.name.to_string();
    let Some(value) = value else {
        return Err(Obstacle::Unanswered { criterion: name() });
    };
    let is_worse = match criterion.direction {
        Direction::Lower => value > criterion.worst,
        Direction::Higher => value < criterion.worst,
    };
    if is_worse {
        return Err(Obstacle::KnockedOut {
            criterion: name(),
            value,
            worst: criterion.worst,
        });
    }
    Ok(())
}

fn share(criterion: &Criterion, value: Option<Number>) -> Share {
    let (best, worst) = (criterion.best.decimal(), criterion.worst.decimal());
    let value = value.map_or(worst, Number::decimal);
    let value = value.max(best.min(worst)).min(best.max(worst));
    let (numerator, denominator) = match criterion.direction {
        Direction::Lower => differences(worst, value, best),
        Direction::Higher => differences(-worst, -value, -best),
    };
    let quotient = numerator.checked_div(denominator).unwrap_or_default();
    Share {
        numerator: numerator.into(),
        denominator: denominator.into(),
        value: quotient.clamp(Decimal::ZERO, Decimal::ONE).into(),
    }
}

/// `worst − value` and `worst − best`; of the tenths where the bounds are so far apart that a difference does not fit.
fn differences(worst: Decimal, value: Decimal, best: Decimal) -> (Decimal, Decimal) {
    let from = |worst: Decimal, value: Decimal, best: Decimal| {
        Some((worst.checked_sub(value)?, worst.checked_sub(best)?))
    };
    let tenth = |bound: Decimal| bound / Decimal::TEN;
    let tenths = || from(tenth(worst), tenth(value), tenth(best));
    from(worst, value, best).or_else(tenths).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use opener_trade::PeerText;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    fn criterion(direction: Direction, best: &str, worst: &str, knock_out: bool) -> Criterion {
        Criterion {
            name: PeerText::new("c").unwrap(),
            weight: number("100"),
            direction,
            best: number(best),
            worst: number(worst),
            knock_out,
            measure: Measure::Answer,
        }
    }

    fn shown(criterion: Criterion, value: &str) -> String {
        score(&[criterion], &[Some(number(value))]).unwrap().shown
    }

    #[test]
    fn a_share_runs_from_worst_to_best_and_no_further() {
        let lower = || criterion(Direction::Lower, "8000", "12000", false);
        let higher = || criterion(Direction::Higher, "1", "0.5", false);
        assert_eq!(shown(lower(), "11000"), "0.250000");
        assert_eq!(shown(lower(), "7000"), "1.000000");
        assert_eq!(shown(lower(), "13000"), "0.000000");
        assert_eq!(shown(higher(), "0.9"), "0.800000");
        assert_eq!(shown(higher(), "2"), "1.000000");
        assert_eq!(shown(higher(), "0.1"), "0.000000");
    }

    #[test]
    fn every_step_can_be_followed_by_hand() {
        let criteria = [criterion(Direction::Lower, "0", "3", false)];
        let scored = score(&criteria, &[Some(number("1"))]).unwrap();
        let step = &scored.steps[0];
        assert_eq!(step.share.to_string(), "2 / 3");
        assert_eq!(step.points.to_string(), "0.6666666666666666666666666667");
        assert_eq!((step.running, scored.score), (step.points, step.points));
        assert_eq!(scored.shown, "0.666667");
    }

    #[test]
    fn what_is_not_known_earns_nothing() {
        let criteria = [criterion(Direction::Higher, "10", "0", false)];
        let scored = score(&criteria, &[None]).unwrap();
        assert_eq!(
            (scored.shown.as_str(), scored.steps[0].value),
            ("0.000000", None)
        );
    }

    #[test]
    fn a_value_worse_than_a_knock_out_bound_is_out_and_one_at_the_bound_is_in() {
        let criteria = [criterion(Direction::Lower, "0", "30", true)];
        let out = score(&criteria, &[Some(number("30.01"))]).unwrap_err();
        assert_eq!(out.to_string(), "c: 30.01 is worse than 30");
        assert!(score(&criteria, &[Some(number("30"))]).is_ok());
        let unknown = score(&criteria, &[None]).unwrap_err();
        assert_eq!(unknown.to_string(), "c: no value is known");
        let higher = [criterion(Direction::Higher, "10", "5", true)];
        assert!(score(&higher, &[Some(number("4.9"))]).is_err());
    }

    #[test]
    fn bounds_at_the_ends_of_the_number_line_do_not_overflow() {
        let far = Decimal::MAX;
        let mut criterion = criterion(Direction::Lower, "0", "1", false);
        (criterion.best, criterion.worst) = ((-far).into(), far.into());
        let half = score(&[criterion.clone()], &[Some(Number::ZERO)]).unwrap();
        assert_eq!(half.shown, "0.500000");
        let all = score(&[criterion], &[Some((-far).into())]).unwrap();
        assert_eq!(all.shown, "1.000000");
    }
}
