//! Data that agencies give (NB-19) and what their systems call back, H-03, H-06.

mod callbacks;
mod sources;
