//! A progress bar on a terminal; nothing where there is none.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::data::progress::Progress;

/// Shows one stage at a time.
#[derive(Default)]
pub struct Bar(Mutex<Option<ProgressBar>>);

impl Bar {
    fn with(&self, work: impl FnOnce(&ProgressBar)) {
        if let Some(bar) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            work(bar);
        }
    }
}

impl Progress for Bar {
    fn begin(&self, stage: &str, rows: u64) {
        // Drawn on standard error, and only if that is a terminal.
        let bar = ProgressBar::new(rows).with_message(stage.to_owned());
        let template = "{msg} [{bar:40}] {human_pos}/{human_len} {per_sec} {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar);
    }

    fn advance(&self, rows: u64) {
        self.with(|bar| bar.inc(rows));
    }

    fn end(&self) {
        self.with(|bar| bar.finish_and_clear());
    }
}
