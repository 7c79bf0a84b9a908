//! How two things are compared: interleaved, with a control, and with an interval around the ratio.
//!
//! A machine has other work, and gets warmer. So ours and the reference take turns (A B B A), each turn beside its
//! neighbour gives one ratio, and the median of these ratios counts. In between, the reference is compared with itself
//! in the same way: where that comes out far from one, the machine was too noisy and the run is void.

use std::{fs, time::Instant};

use fastrand::Rng;
use serde::Serialize;

/// Samples with replacement for one interval: beyond a thousand its ends hardly move.
const RESAMPLES: usize = 2000;

/// How far the control's median may lie from one.
pub const NOISE: f64 = 0.1;

/// What one turn took.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    wall: f64,
    cpu: f64,
}

/// The ratio of two things: how many times the second's time is the first's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ratio {
    /// The median of the ratios of all pairs of turns.
    pub median: f64,
    /// The lower end of its bootstrap 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// What came of a comparison.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Comparison {
    /// How many times faster ours is than the reference, by the clock on the wall.
    pub ratio: Ratio,
    /// The same by CPU time, all threads of this process together.
    pub cpu_ratio: Ratio,
    /// The reference against itself.
    pub control: Ratio,
    /// The control is too far from one: the run says nothing.
    pub void: bool,
    /// Pairs of turns.
    pub pairs: usize,
    /// Median microseconds of one turn of ours, divided by its operations.
    pub ours_us: f64,
    /// The same of the reference.
    pub reference_us: f64,
    /// CPU seconds of all turns of ours.
    pub ours_cpu_s: f64,
    /// The same of the reference.
    pub reference_cpu_s: f64,
}

/// Compares `ours` with `reference`, each of which does its `operations` in one call, in so many rounds of A B B A and
/// as many rounds of control.
pub fn compare(
    rounds: usize,
    operations: usize,
    mut ours: impl FnMut(),
    mut reference: impl FnMut(),
) -> Comparison {
    compare_turns(
        rounds,
        operations,
        || turn(cpu_seconds, &mut ours),
        || turn(cpu_seconds, &mut reference),
    )
}

/// The same, where each turn prepares something first and measures itself with [`turn`].
pub fn compare_turns(
    rounds: usize,
    operations: usize,
    mut ours: impl FnMut() -> Turn,
    mut reference: impl FnMut() -> Turn,
) -> Comparison {
    ours();
    reference();
    let mut turns = Turns::default();
    for _ in 0..rounds {
        let first = ours();
        turns.reference.extend([reference(), reference()]);
        turns.ours.extend([first, ours()]);
        turns.control.push([(); 4].map(|()| reference()));
    }
    turns.compared(operations)
}

/// The turns of a run, in the order in which they were taken.
#[derive(Debug, Default)]
struct Turns {
    ours: Vec<Turn>,
    reference: Vec<Turn>,
    /// The reference four times in a row.
    control: Vec<[Turn; 4]>,
}

impl Turns {
    fn compared(&self, operations: usize) -> Comparison {
        let ratios = |of: fn(&Turn) -> f64| -> Vec<f64> {
            let pairs = self.ours.iter().zip(&self.reference);
            pairs.map(|(a, b)| of(b) / of(a)).collect()
        };
        let each = |turns: &[Turn]| {
            let walls: Vec<f64> = turns
                .iter()
                .map(|turn| turn.wall * 1e6 / operations as f64)
                .collect();
            median(&walls)
        };
        let same = |[a, b, c, d]: &[Turn; 4]| [b.wall / a.wall, c.wall / d.wall];
        let control: Vec<f64> = self.control.iter().flat_map(same).collect();
        let control = ratio(&control);
        Comparison {
            ratio: ratio(&ratios(|turn| turn.wall)),
            cpu_ratio: ratio(&ratios(|turn| turn.cpu)),
            control,
            void: (control.median - 1.0).abs() > NOISE,
            pairs: self.ours.len(),
            ours_us: each(&self.ours),
            reference_us: each(&self.reference),
            ours_cpu_s: self.ours.iter().map(|turn| turn.cpu).sum(),
            reference_cpu_s: self.reference.iter().map(|turn| turn.cpu).sum(),
        }
    }
}

/// Measures one turn, with this count of CPU seconds.
pub fn turn(cpu_seconds: impl Fn() -> f64, work: impl FnOnce()) -> Turn {
    let (begun, cpu) = (Instant::now(), cpu_seconds());
    work();
    Turn {
        wall: begun.elapsed().as_secs_f64(),
        cpu: (cpu_seconds() - cpu).max(f64::EPSILON),
    }
}

/// CPU seconds of the threads that this process has now, from the scheduler's own count in nanoseconds; where the system
/// keeps none, nothing.
pub fn cpu_seconds() -> f64 {
    cpu_seconds_without("")
}

/// The same without the threads of this name, which is not that of the program itself.
pub fn cpu_seconds_without(name: &str) -> f64 {
    let threads = fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten();
    let nanoseconds = threads.filter_map(|thread| {
        let called = fs::read_to_string(thread.path().join("comm")).ok()?;
        if !name.is_empty() && called.trim() == name {
            return None;
        }
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    nanoseconds.sum::<u64>() as f64 / 1e9
}

/// Bytes of memory that this process has in use; where the system does not tell, none.
pub fn resident_bytes() -> u64 {
    resident_bytes_of("self")
}

/// The same of another process, by its number.
pub fn resident_bytes_of(process: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}

/// The median with its bootstrap 95 % interval (percentile method; Efron and Tibshirani, An Introduction to the
/// Bootstrap, 1993, chapter 13). The same values give the same interval.
pub fn ratio(values: &[f64]) -> Ratio {
    let mut rng = Rng::with_seed(values.len() as u64);
    let mut medians: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let sample: Vec<f64> = values
                .iter()
                .filter_map(|_| rng.choice(values).copied())
                .collect();
            median(&sample)
        })
        .collect();
    medians.sort_by(f64::total_cmp);
    let at = |share: f64| {
        medians
            .get((medians.len() as f64 * share) as usize)
            .copied()
            .unwrap_or(f64::NAN)
    };
    Ratio {
        median: median(values),
        low: at(0.025),
        high: at(0.975),
    }
}

/// The middle one; of an even number, the mean of the two in the middle.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        even if even.is_multiple_of(2) => f64::midpoint(sorted[middle - 1], sorted[middle]),
        _ => sorted[middle],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn took(seconds: f64) -> Turn {
        Turn {
            wall: seconds,
            cpu: seconds * 2.0,
        }
    }

    fn near(value: f64, expected: f64) -> bool {
        (value - expected).abs() < 1e-9
    }

    #[test]
    fn who_needs_half_the_time_is_twice_as_fast() {
        let turns = Turns {
            ours: vec![took(1.0); 4],
            reference: vec![took(2.0); 4],
            control: vec![[took(2.0); 4]; 2],
        };
        let compared = turns.compared(1000);
        assert!(near(compared.ratio.median, 2.0) && near(compared.cpu_ratio.median, 2.0));
        assert!(near(compared.ours_us, 1000.0) && near(compared.reference_us, 2000.0));
        assert!(near(compared.ours_cpu_s, 8.0) && near(compared.reference_cpu_s, 16.0));
        assert_eq!(compared.pairs, 4);
        assert!(!compared.void);
    }

    #[test]
    fn a_reference_that_differs_from_itself_voids_the_run() {
        let control = |second: f64| Turns {
            ours: vec![took(1.0); 2],
            reference: vec![took(1.0); 2],
            control: vec![[took(1.0), took(second), took(second), took(1.0)]],
        };
        assert!(!control(1.0 + NOISE * 0.9).compared(1).void);
        assert!(control(1.0 + NOISE * 1.1).compared(1).void);
        assert!(control(1.0 - NOISE * 1.1).compared(1).void);
    }

    #[test]
    fn turns_are_taken_in_the_order_a_b_b_a_with_the_control_after() {
        let taken = std::cell::RefCell::new(String::new());
        let ours = || taken.borrow_mut().push('A');
        let reference = || taken.borrow_mut().push('B');
        assert_eq!(compare(2, 1, ours, reference).pairs, 4);
        assert_eq!(taken.into_inner(), "ABABBABBBBABBABBBB");
    }

    #[test]
    fn an_interval_holds_its_median_and_narrows_with_agreement() {
        let wide = ratio(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        let narrow = ratio(&[3.0, 3.0, 3.0, 3.0, 3.0]);
        assert!(wide.low < 3.0 && wide.high > 3.0 && near(wide.median, 3.0));
        assert!(near(narrow.high, narrow.low));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn threads_of_a_name_are_left_out() {
        let named = std::thread::Builder::new().name("kit-spinner".to_owned());
        let (done, wait) = std::sync::mpsc::sync_channel::<()>(1);
        let (told, spun) = std::sync::mpsc::sync_channel(1);
        let thread = named.spawn(move || {
            let before = cpu_seconds();
            while cpu_seconds() - before < 0.02 {}
            told.send(()).unwrap();
            wait.recv().unwrap_err();
        });
        spun.recv().unwrap();
        let (all, without) = (cpu_seconds(), cpu_seconds_without("kit-spinner"));
        assert!(without < all, "{without} {all}");
        drop(done);
        thread.unwrap().join().unwrap();
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_has_memory() {
        assert!(resident_bytes() > 0);
    }
}
