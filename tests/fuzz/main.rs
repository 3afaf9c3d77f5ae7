//! Fuzz targets on the stable toolchain: damaged inputs of a corpus, a few hundred each in every test run, as long as
//! `ZEYOU_FUZZ_SECONDS` says by `make fuzz`. A crash is kept as a file to be added to the corpus.

mod requests;
mod runner;
mod site;
mod values;
mod ways;
