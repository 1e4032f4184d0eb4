//! The `zugong` program.

use std::process::ExitCode;

use clap::Parser;
use zugong::cli::{Cli, run};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    run(Cli::parse())
}
