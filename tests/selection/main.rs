//! The selection and the portfolio against independent solvers.

mod cases;
mod conflicts;
mod optimum;
mod portfolio;
mod prices;
mod side;
