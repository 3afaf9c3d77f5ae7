//! Properties of the core.

mod city;
mod fit;
mod rank;
mod satisfaction;
