//! How much an account and an address may ask in an hour.

use std::net::IpAddr;

use super::{Service, ServiceError};
use crate::live::Rate;

/// An address may be that of many: a whole office, or everybody behind one proxy.
const AT_AN_ADDRESS: u32 = 5;
/// What costs less is counted by each replica alone: asking Redis would take longer than answering.
const COUNTED_TOGETHER: u32 = 20;

/// How much may be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// Units an hour of one account: a shortlist costs 1, a what-if 20, an export 100. Five times as much an address.
    pub units: Option<Rate>,
    /// Tries to get in an hour of one address: passwords, codes, links.
    pub ways_in: Option<Rate>,
}

impl Budget {
    /// So many units and tries to get in; 0: no limit.
    pub fn an_hour(units: u32, ways_in: u32) -> Self {
        let limit = |per_hour: u32| (per_hour > 0).then_some(Rate { per_hour });
        Self { units: limit(units), ways_in: limit(ways_in) }
    }
}

/// What somebody asks.
#[derive(Clone, Copy, Debug)]
pub enum Spending<'a> {
    /// A request.
    Request {
        /// Whose account; none: nobody is signed in.
        account: Option<&'a str>,
        /// From where.
        address: Option<IpAddr>,
        /// What it costs.
        units: u32,
    },
    /// A try to get in.
    WayIn {
        /// From where.
        address: Option<IpAddr>,
    },
}

impl Service {
    /// Takes what is asked from who asks.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] says how long to wait.
    pub async fn spend(&self, what: Spending<'_>) -> Result<(), ServiceError> {
        let name = |address: Option<IpAddr>| address.map_or_else(String::new, |address| address.to_string());
        match what {
            Spending::Request { account, address, units } => {
                let Some(rate) = self.budget.units else { return Ok(()) };
                let together = units >= COUNTED_TOGETHER;
                if let Some(account) = account {
                    let taken = self.limits.take_units("units", account, rate, units, together);
                    taken.await.map_err(ServiceError::RateLimited)?;
                }
                let rate = Rate { per_hour: rate.per_hour.saturating_mul(AT_AN_ADDRESS) };
                let address = name(address);
                let taken = self.limits.take_units("address", &address, rate, units, together);
                taken.await.map_err(ServiceError::RateLimited)
            }
            Spending::WayIn { address } => {
                let Some(rate) = self.budget.ways_in else { return Ok(()) };
                self.limits.take("way-in", &name(address), rate).await.map_err(ServiceError::RateLimited)
            }
        }
    }
}
