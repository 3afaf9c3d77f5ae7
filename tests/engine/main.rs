//! Properties of the core.

mod affinity;
mod city;
mod crossed;
mod fit;
mod like_minded;
mod histories;
mod rank;
mod satisfaction;
mod scenario;
mod without;
