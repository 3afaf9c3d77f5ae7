//! Rectification: what a bad mark sets going, who sees what of it, and the follow-up rating.

use reqwest::Method;
use serde_json::{Value, json};
use zeyou::domain::{Date, Event, Marks, Rating, RatingId, Role};
use zeyou::engine::ticket_of;

use crate::helpers::{Api, Free, as_role, list, marks, spawn_app, today, with_form};

struct Sides {
    free: Free,
    manager: Role,
    college: Role,
    rater: Role,
    ticket: String,
    at: String,
}

/// Rates a free engagement badly.
async fn opened(api: &Api, free: Free) -> Sides {
    let written = api.rate(&free.engagement, 2, &free.engagement).await;
    let (at, body) = (written.header("location").to_owned(), written.ok(201));
    let ticket = ticket_of(body["id"].as_str().expect("an id").parse().expect("an id")).to_string();
    Sides {
        manager: Role::ParkManager(free.park.parse().expect("a code")),
        college: Role::CollegeOfficer(free.college.parse().expect("a code")),
        rater: Role::EnterpriseRater(free.enterprise.parse().expect("a code")),
        free,
        ticket,
        at,
    }
}

fn found<'a>(tickets: &'a Value, id: &str) -> Option<&'a Value> {
    list(&tickets["items"]).iter().find(|one| one["id"] == id)
}

/// A college with three partners or more, as the demo's have.
fn known_to_many(api: &Api) -> Free {
    let all = api.free_engagements();
    let current = api.service.live().current();
    let partners = |free: &&Free| current.snapshot.state.partners_of(&free.college.parse().expect("a code"));
    all.iter().find(|free| partners(free) >= 3).expect("a college with three partners").clone()
}

#[actix_web::test]
async fn a_bad_mark_opens_a_ticket_and_a_good_rating_none() {
    let api = spawn_app().await;
    assert_eq!(
        list(&as_role(&api, &Role::Supervisor, Method::GET, "/api/v1/tickets", None).await.ok(200)["items"]).len(),
        0,
        "ratings from files are records of the past"
    );
    let all = api.free_engagements();
    let seq = api.seq();
    let good = api.rate(&all[0].engagement, 4, "good").await;
    let sides = opened(&api, all[1].clone()).await;
    assert_eq!(api.seq(), seq + 2, "one event a rating: no second write");
    let tickets = as_role(&api, &Role::Supervisor, Method::GET, "/api/v1/tickets", None).await.ok(200);
    assert_eq!((&tickets["open"], list(&tickets["items"]).len()), (&json!(1), 1));
    let one = found(&tickets, &sides.ticket).expect("the ticket");
    assert_eq!((&one["standing"], &one["overdue"]), (&json!("contact_due"), &json!(false)));
    assert_eq!(one["contact_due"], json!(today().plus_working_days(1)));
    assert_eq!(one["answer_due"], json!(today().plus_working_days(15)));
    // A good rating that is revised to a bad one opens one too; withdrawing it ends it.
    let at = good.header("location").to_owned();
    api.put_if(&at, "1", &json!({"marks": marks(1)})).await.ok(200);
    assert_eq!(as_role(&api, &Role::Supervisor, Method::GET, "/api/v1/tickets", None).await.ok(200)["open"], 2);
    api.delete_if(&at, "2").await.ok(200);
    assert_eq!(as_role(&api, &Role::Supervisor, Method::GET, "/api/v1/tickets", None).await.ok(200)["open"], 1);
}

#[actix_web::test]
async fn each_role_sees_as_much_as_it_may_know() {
    let api = spawn_app().await;
    let sides = opened(&api, known_to_many(&api)).await;
    let tickets = async |role: &Role| as_role(&api, role, Method::GET, "/api/v1/tickets", None).await;
    let own = tickets(&sides.manager).await.ok(200);
    let one = found(&own, &sides.ticket).expect("the park's");
    assert_eq!(
        (&one["enterprise"]["id"], &one["engagement"]),
        (&json!(sides.free.enterprise), &json!(sides.free.engagement))
    );
    assert_eq!(one["about"], Value::Null, "a park is not told what was marked");
    let rater = tickets(&sides.rater).await.ok(200);
    assert_eq!(found(&rater, &sides.ticket).expect("its own")["about"], json!(["overall"]));
    let elsewhere =
        api.free_engagements().into_iter().find(|other| other.park != sides.free.park).expect("another park");
    let other = tickets(&Role::ParkManager(elsewhere.park.parse().expect("a code"))).await.ok(200);
    assert!(found(&other, &sides.ticket).is_none(), "another park's is not there");
    for role in [Role::Planner(None), Role::Admin] {
        tickets(&role).await.is_problem("a role without", 403, "forbidden");
    }
    // The college: from the Monday after on. What it is told does not name anybody or any day of the rating.
    let early = tickets(&sides.college).await.ok(200);
    assert!(found(&early, &sides.ticket).is_none(), "not on the day of the rating");
    let answer = json!({"text": "增加实训"});
    let at = format!("/api/v1/tickets/{}/answer", sides.ticket);
    as_role(&api, &sides.college, Method::POST, &at, Some(&answer)).await.is_problem("too early", 404, "not-found");
}

/// The rating of an engagement as it would have been given on an earlier day. Tickets are opened by what the log says of the day.
fn given(engagement: &str, day: Date) -> (RatingId, Event) {
    let id = RatingId::new(uuid::Uuid::new_v4()).expect("an id");
    let marks: Marks =
        serde_json::from_value(json!({"overall": 2, "supply": 1, "skill": 4, "stay": 4, "help": 4})).expect("marks");
    let engagement = engagement.parse().expect("a code");
    (id, Event::RatingSubmitted(Rating { id, engagement, marks, rated_on: day, comment: None, comment_digest: None }))
}

#[test]
fn a_college_sees_weeks_and_aspects_and_the_overdue_in_words() {
    use zeyou::domain::{BadMark, Ticket, TicketStanding};
    let day = |text: &str| text.parse::<Date>().expect("a day");
    let ticket = |opened_on: Date| Ticket {
        id: "T1".parse().expect("a code"),
        rating: given("G1", opened_on).0,
        engagement: "G1".parse().expect("a code"),
        about: vec![BadMark::Stay],
        opened_on,
        contact: None,
        answer: None,
        followed_up_on: None,
        steps: 0,
    };
    // Every day of one week is told alike.
    let week: Vec<(Date, Date)> = (0..7)
        .map(|n| ticket(day("2026-11-30").plus_days(n)))
        .map(|ticket| (ticket.seen_from(), ticket.answer_due_told()))
        .collect();
    assert!(week.windows(2).all(|pair| pair[0].0 == pair[1].0), "{week:?}");
    assert_eq!(week[0], (day("2026-12-07"), day("2026-12-25")), "the week after, to the end of the week it is due");
    let one = ticket(day("2026-11-30"));
    assert!(week.iter().all(|(_, due)| *due >= one.answer_due()), "never before it is due");
    assert_eq!((one.contact_due(), one.answer_due()), (day("2026-12-01"), day("2026-12-21")));
    assert_eq!((one.is_overdue(day("2026-12-01")), one.is_overdue(day("2026-12-02"))), (false, true));
    assert_eq!(one.standing(), TicketStanding::ContactDue);
    assert!(!one.may_follow_up(day("2026-12-21")) && one.may_follow_up(day("2026-12-22")), "when the answer is late");
}

#[actix_web::test]
async fn the_park_contacts_once_and_the_enterprise_follows_up_once() {
    let api = spawn_app().await;
    let sides = opened(&api, known_to_many(&api)).await;
    let contact = format!("/api/v1/tickets/{}/contact", sides.ticket);
    let step = json!({"text": "电话了解，约定下周走访"});
    as_role(&api, &sides.college, Method::POST, &contact, Some(&step)).await.is_problem(
        "the college",
        403,
        "forbidden",
    );
    let empty = json!({"text": ""});
    as_role(&api, &sides.manager, Method::POST, &contact, Some(&empty)).await.is_problem("empty", 422, "missing-field");
    as_role(&api, &sides.manager, Method::POST, &contact, Some(&step)).await.ok(201);
    as_role(&api, &sides.manager, Method::POST, &contact, Some(&step)).await.is_problem(
        "twice",
        409,
        "already-answered",
    );
    let own = as_role(&api, &sides.manager, Method::GET, "/api/v1/tickets", None).await.ok(200);
    let one = found(&own, &sides.ticket).expect("the ticket");
    assert_eq!((&one["standing"], &one["contact"]), (&json!("answer_due"), &json!("电话了解，约定下周走访")));
    // Before the college answered there is nothing to follow up.
    let again = json!({"marks": marks(5), "followup": true});
    api.put_if(&sides.at, "1", &again).await.is_problem("too early", 409, "no-followup");
    // The operator may answer for it: the college itself from Monday on.
    let id = sides.ticket.parse().expect("a code");
    let answered = zeyou::service::NewStep { text: "增加实训课时".parse().expect("a text") };
    api.service.answer_ticket(id, answered).await.expect("answered");
    let rater = as_role(&api, &sides.rater, Method::GET, "/api/v1/tickets", None).await.ok(200);
    let one = found(&rater, &sides.ticket).expect("its own");
    assert_eq!((&one["answer"], &one["may_follow_up"]), (&json!("增加实训课时"), &json!(true)));
    assert_eq!(one["contact"], Value::Null, "what the park noted is the park's");
    api.put_if(&sides.at, "1", &again).await.ok(200);
    api.put_if(&sides.at, "2", &again).await.is_problem("a second", 409, "no-followup");
    let history = api.get(&format!("{}/revisions", sides.at)).await.ok(200);
    assert_eq!((&history["items"][1]["followup"], &history["items"][0]["followup"]), (&json!(true), &json!(false)));
    let closed = as_role(&api, &sides.manager, Method::GET, "/api/v1/tickets", None).await.ok(200);
    let one = found(&closed, &sides.ticket).expect("the ticket");
    assert_eq!((&one["standing"], &one["followed_up_on"]), (&json!("closed"), &json!(today())));
    assert_eq!(closed["open"], 0);
}

#[actix_web::test]
async fn a_college_with_fewer_than_three_partners_is_told_a_number() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let mut college = api.get("/api/v1/colleges/C0001").await.ok(200);
    (college["id"], college["name"]) = (json!("C9001"), json!("新校"));
    api.put("/api/v1/colleges/C9001", &college).await.ok(201);
    let engagement = json!({"id": "GN1", "enterprise": free.enterprise, "college": "C9001", "kind": "train",
        "start": "2026-01-01", "end": "2026-11-01", "status": "closed"});
    api.put("/api/v1/engagements/GN1", &engagement).await.ok(201);
    opened(&api, Free { engagement: "GN1".to_owned(), college: "C9001".to_owned(), ..free }).await;
    let officer = Role::CollegeOfficer("C9001".parse().expect("a code"));
    let told = as_role(&api, &officer, Method::GET, "/api/v1/tickets", None).await.ok(200);
    assert_eq!((&told["suppressed"], &told["items"]), (&json!(true), &json!([])));
}

#[actix_web::test]
async fn the_page_of_each_role_says_what_is_due_in_words_in_both_languages() {
    let api = spawn_app().await;
    let sides = opened(&api, known_to_many(&api)).await;
    let page = async |role: &Role, language: &str| {
        let request = api.request(Method::GET, &format!("/tickets?lang={language}"));
        api.send(request.bearer_auth(api.key(role.clone()).await).header("accept", "text/html")).await
    };
    let zh = page(&sides.manager, "zh-CN").await;
    assert!(zh.text.contains("待园区联系企业") && zh.text.contains("不含法定节假日"), "{}", zh.text);
    let en = page(&sides.manager, "en").await;
    assert!(en.text.contains("the park is to contact the enterprise"), "{}", en.text);
    let form = [("id", sides.ticket.as_str()), ("do", "contact"), ("text", "已走访")];
    let request = api.request(Method::POST, "/tickets/step").bearer_auth(api.key(sides.manager.clone()).await);
    assert_eq!(api.send(with_form(request, &form)).await.status, 303);
    assert!(page(&sides.manager, "zh-CN").await.text.contains("已走访"));
    let college = page(&sides.college, "en").await;
    let told = college.text.contains("data-ticket") || college.text.contains(&sides.ticket);
    assert!(college.text.contains("id=\"feedback\"") && !told, "not on the day of the rating: {}", college.text);
    assert_eq!(page(&Role::Planner(None), "en").await.status, 403);
}
