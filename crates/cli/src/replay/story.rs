//! The story of a replay as it happens: bars at a terminal, plain lines elsewhere, nothing with `--json`.

use std::io::IsTerminal;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use opener_api::view::{ApartView, RankedView, RankingView};

use super::report::Report;
use crate::output;

/// How the story is told.
#[derive(Debug)]
enum Voice {
    Silent,
    Lines,
    Bars(MultiProgress),
}

/// Tells the story.
#[derive(Debug)]
pub struct Story(Voice);

impl Story {
    /// A story for people, or none.
    pub fn new(is_silent: bool) -> Self {
        Self(match (is_silent, std::io::stdout().is_terminal()) {
            (true, _) => Voice::Silent,
            (false, true) => Voice::Bars(MultiProgress::new()),
            (false, false) => Voice::Lines,
        })
    }

    /// Says one line.
    pub fn say(&self, line: &str) {
        match &self.0 {
            Voice::Silent => {}
            Voice::Lines => drop(output::line(line)),
            // Above the bars, without tearing them.
            Voice::Bars(bars) => bars.suspend(|| drop(output::line(line))),
        }
    }

    /// Begins something that advances in steps.
    pub fn steps(&self, name: &'static str, of: usize) -> Steps<'_> {
        let bar = match &self.0 {
            Voice::Bars(bars) => {
                let bar = bars.add(ProgressBar::new(u64::try_from(of).unwrap_or(u64::MAX)));
                let style = ProgressStyle::with_template("  {prefix:<22} {bar:24} {pos}/{len}");
                if let Ok(style) = style {
                    bar.set_style(style);
                }
                bar.set_prefix(name);
                Some(bar)
            }
            Voice::Silent | Voice::Lines => None,
        };
        Steps {
            story: self,
            name,
            of,
            bar,
            done: None,
        }
    }

    /// Tells how the bids rank, with the arithmetic.
    pub fn ranking(&self, ranking: &RankingView) {
        match ranking.lot {
            Some(lot) => self.say(&format!("Ranking of lot {lot}:")),
            None => self.say("Ranking:"),
        }
        for bid in &ranking.ranked {
            self.say(&ranked(bid));
        }
        let apart = [
            &ranking.late,
            &ranking.knocked_out,
            &ranking.incomparable,
            &ranking.incomplete,
            &ranking.partial,
            &ranking.not_standing,
        ];
        for bid in apart.into_iter().flatten() {
            self.say(&excluded(bid));
        }
    }

    /// Sums up.
    pub fn end(&self, report: &Report) {
        for award in &report.awards {
            let lot = award
                .lot
                .map(|lot| format!("lot {lot} "))
                .unwrap_or_default();
            self.say(&format!(
                "Award: {lot}to {} at {} {}",
                award.seller, award.total, report.currency
            ));
        }
        for warning in &report.warnings {
            self.say(&format!("Note: {warning}"));
        }
        if let Some(error) = &report.error {
            self.say(&format!("It ended early: {error}"));
        }
    }
}

fn ranked(bid: &RankedView) -> String {
    let step = |step: &opener_api::view::StepView| {
        format!(
            "{} {} ÷ {} × {} %",
            step.criterion, step.numerator, step.denominator, step.weight
        )
    };
    let steps: Vec<String> = bid.steps.iter().map(step).collect();
    format!(
        "  {}. {}  {}  score {} = {}",
        bid.rank,
        bid.seller_name,
        bid.total,
        bid.score,
        steps.join(" + ")
    )
}

fn excluded(bid: &ApartView) -> String {
    format!(
        "  –  {}  {}  not ranked: {}",
        bid.seller_name, bid.stated, bid.detail
    )
}

/// Something that advances in steps.
#[derive(Debug)]
pub struct Steps<'s> {
    story: &'s Story,
    name: &'static str,
    of: usize,
    bar: Option<ProgressBar>,
    done: Option<usize>,
}

impl Steps<'_> {
    /// So many steps are done.
    pub fn at(&mut self, done: usize) {
        if self.done == Some(done) {
            return;
        }
        self.done = Some(done);
        match &self.bar {
            Some(bar) => bar.set_position(u64::try_from(done).unwrap_or(u64::MAX)),
            None => self
                .story
                .say(&format!("  {} {done}/{}", self.name, self.of)),
        }
    }
}

impl Drop for Steps<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.abandon();
        }
    }
}
