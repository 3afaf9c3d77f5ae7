//! What asking costs a request: the table and whose an object is, for each role.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use zeyou::domain::{Label, ParkId, Principal, Role, Scopes};
use zeyou::service::authorize::{Action, Object, authorize};

fn bench(criterion: &mut Criterion) {
    let (park, city): (ParkId, Label) = ("P0001".parse().expect("a code"), "云岭市".parse().expect("a name"));
    let roles = [Role::ParkManager(park.clone()), Role::Planner(Some(city.clone())), Role::Supervisor];
    let object = Object { park: Some(&park), city: Some(&city), ..Object::default() };
    for role in roles {
        let name = format!("authorize as {}", role.code());
        let who = Principal { id: "A".to_owned(), role, scopes: Scopes::ALL };
        criterion.bench_function(&name, |bencher| {
            bencher.iter(|| {
                Action::ALL
                    .iter()
                    .filter(|action| authorize(black_box(&who), **action, black_box(object)).is_ok())
                    .count()
            });
        });
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
