//! The place of a request that was let in, which it may give to others while it waits for its client.

use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::{Admission, Class, Queue};
use crate::http::problem::Problem;

/// A body that was not there by then is a slow one.
const SOON: Duration = Duration::from_millis(30);

/// What counts the requests of a class that are under way, or waited for.
type Count = fn(&Queue) -> &AtomicUsize;

/// A place among those counted, held until it is dropped.
pub(super) struct Place {
    admission: Admission,
    class: Class,
    count: Count,
}

impl Place {
    /// One more is counted, and how many are now.
    pub(super) fn new(admission: &Admission, class: Class, count: Count) -> (Self, usize) {
        let place = Self { admission: admission.clone(), class, count };
        let before = place.counter().fetch_add(1, Ordering::Relaxed);
        (place, before + 1)
    }

    fn counter(&self) -> &AtomicUsize {
        (self.count)(&self.admission.0.queues[self.class as usize])
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.counter().fetch_sub(1, Ordering::Relaxed);
    }
}

/// The turn of a request that was let in.
#[derive(Clone)]
pub(in crate::http) struct Turn {
    admission: Admission,
    class: Class,
    place: Rc<RefCell<Option<Place>>>,
}

impl Turn {
    /// The turn of a request that has this place.
    pub(super) fn new(admission: &Admission, class: Class, place: Place) -> Self {
        Self { admission: admission.clone(), class, place: Rc::new(RefCell::new(Some(place))) }
    }

    /// Gives the place to others: the answer begins.
    pub(super) fn end(&self) {
        self.place.take();
    }

    /// Gives the place to others while a body is waited for, and asks for one again when it is there: whoever sends slowly keeps
    /// nobody out. Of slow ones as many are waited for as may be under way.
    ///
    /// # Errors
    /// What waiting came to; 503 `overloaded` if too many are waited for, or too many under way afterwards.
    pub(in crate::http) async fn aside<T>(
        &self,
        waiting: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        let (admission, class) = (&self.admission, self.class);
        self.place.take();
        let mut waiting = pin!(waiting);
        let arrived = match tokio::time::timeout(SOON, waiting.as_mut()).await {
            Ok(soon) => soon?,
            Err(_) => {
                let Some(_aside) = admission.beside(class) else { return Err(admission.refused(class).await) };
                waiting.await?
            }
        };
        let Some(place) = admission.place(class) else { return Err(admission.refused(class).await) };
        self.place.replace(Some(place));
        Ok(arrived)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;

    use super::*;
    use crate::http::metrics::Metrics;

    #[actix_web::test]
    async fn who_is_waited_for_keeps_nobody_out() {
        let admission = Admission::new(&Metrics::default(), 1);
        let turn = || Turn::new(&admission, Class::WhatIf, admission.place(Class::WhatIf).expect("room"));
        let under_way = || admission.0.queues[Class::WhatIf as usize].under_way.load(Ordering::Relaxed);
        let slow: Vec<_> = (0..32).map(|_| turn()).collect();
        let mut waiting: Vec<_> =
            slow.iter().map(|turn| Box::pin(turn.aside(std::future::pending::<Result<(), Problem>>()))).collect();
        for one in &mut waiting {
            assert!(futures_util::poll!(one).is_pending());
        }
        assert_eq!(under_way(), 0);
        tokio::time::sleep(2 * SOON).await;
        for one in &mut waiting {
            assert!(futures_util::poll!(one).is_pending());
        }
        let more = turn();
        more.aside(async { Ok(()) }).await.expect("whoever is there soon is not kept out by them");
        let slow_too = async {
            tokio::time::sleep(2 * SOON).await;
            Ok(())
        };
        let refused = more.aside(slow_too).await.expect_err("one too many to wait for");
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        drop(waiting);
        more.aside(async { Ok(()) }).await.expect("there is room again");
        assert_eq!(under_way(), 1, "it is under way again");
        drop(slow);
        let full: Vec<_> = (0..31).map(|_| admission.place(Class::WhatIf).expect("room")).collect();
        let refused = more.aside(async { Ok(admission.place(Class::WhatIf).expect("its place")) }).await;
        assert!(refused.is_err(), "somebody took its place");
        drop(full);
    }
}
