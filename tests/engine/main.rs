//! Properties of the core.

mod affinity;
mod by_cuts;
mod city;
mod crossed;
mod cuts;
mod fit;
mod histories;
mod like_minded;
mod rank;
mod related;
mod satisfaction;
mod scenario;
mod without;
