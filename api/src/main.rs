//! The `zugong` program.

use std::process::ExitCode;

use clap::Parser;
use zugong::cli::{Cli, run};

fn main() -> ExitCode {
    run(Cli::parse())
}
