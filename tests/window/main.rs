//! The real window: the program as it is shipped, on a screen in memory, played through WebDriver as a person would.
#![cfg(target_os = "linux")]

mod driver;
mod page;
mod round;
