//! Who may do what: every route of the document × every role × what is its own, another's, and not there.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use zeyou::domain::{Principal, Role, Scopes};
use zeyou::service::authorize::{Action, Denied, Reach, reach};

use crate::helpers::{Answer, Api, document, list, marks, spawn_app};

/// One of everything.
struct World {
    park: String,
    enterprise: String,
    college: String,
    programme: String,
    demand: String,
    engagement: String,
    rating: String,
    scenario: String,
    decision: String,
    relation: String,
    appeal: String,
    ticket: String,
    code: String,
    city: String,
}

impl World {
    /// What is not there.
    fn absent() -> Self {
        let text = |text: &str| text.to_owned();
        Self {
            park: text("P9999"),
            enterprise: text("E99999"),
            college: text("C9999"),
            programme: text("R99999"),
            demand: text("D99999"),
            engagement: text("G999999"),
            rating: text("11111111-1111-4111-8111-111111111111"),
            scenario: text("S999999999999"),
            decision: text("D999999999999"),
            relation: text("V9999"),
            appeal: text("A999999999999"),
            ticket: text("T9999999999999999"),
            code: text("Y85G-2085-0400-0DYK-ED19-P"),
            city: text("无此市"),
        }
    }

    fn ids(&self) -> [&str; 12] {
        let Self { park, enterprise, college, programme, demand, engagement, rating, scenario, decision, .. } = self;
        [
            park,
            enterprise,
            college,
            programme,
            demand,
            engagement,
            rating,
            scenario,
            decision,
            &self.relation,
            &self.appeal,
            &self.ticket,
        ]
    }

    /// The code in the path of a kind of entry.
    fn of(&self, path: &str) -> &str {
        match path.split('/').nth(3).unwrap_or_default() {
            "parks" => &self.park,
            "enterprises" => &self.enterprise,
            "colleges" => &self.college,
            "programmes" => &self.programme,
            "demands" => &self.demand,
            "engagements" => &self.engagement,
            "ratings" => &self.rating,
            "scenarios" => &self.scenario,
            "decisions" => &self.decision,
            "relations" => &self.relation,
            "appeals" => &self.appeal,
            "tickets" => &self.ticket,
            "presets" => "established_park",
            "industries" => "汽车",
            "majors" => "460103",
            "occupations" => "6-18-01-01",
            _ => "nothing",
        }
    }
}

/// Makes one of everything, in a city of its own.
async fn world(api: &Api, mark: &str) -> World {
    let city = format!("{mark}市");
    let (park, enterprise, college) = (format!("P80{mark}"), format!("E80{mark}"), format!("C80{mark}"));
    let (programme, demand, engagement) = (format!("R80{mark}"), format!("D80{mark}"), format!("G80{mark}"));
    let relation = format!("V80{mark}");
    let put = async |kind: &str, id: &str, body: Value| {
        let answer = api.put(&format!("/api/v1/{kind}/{id}"), &body).await;
        assert_eq!(answer.status, 201, "{kind} {}", answer.text);
    };
    let mut body = api.get("/api/v1/parks/P0001").await.ok(200);
    (body["id"], body["city"], body["name"]) = (json!(park), json!(city), json!(format!("园{mark}")));
    put("parks", &park, body).await;
    put("enterprises", &enterprise, json!({"id": enterprise, "name": format!("企业{mark}"), "park": park})).await;
    let mut body = api.get("/api/v1/colleges/C0001").await.ok(200);
    (body["id"], body["city"], body["name"]) = (json!(college), json!(city), json!(format!("学院{mark}")));
    put("colleges", &college, body).await;
    let mut body = api.get("/api/v1/programmes/R00001").await.ok(200);
    (body["id"], body["college"]) = (json!(programme), json!(college));
    put("programmes", &programme, body).await;
    let mut body = api.get("/api/v1/demands/D00001").await.ok(200);
    (body["id"], body["park"], body["enterprise"]) = (json!(demand), json!(park), json!(enterprise));
    put("demands", &demand, body).await;
    let mut body = api.get("/api/v1/engagements/G000001").await.ok(200);
    (body["id"], body["enterprise"], body["college"]) = (json!(engagement), json!(enterprise), json!(college));
    put("engagements", &engagement, body).await;
    let body = json!({"id": relation, "enterprise": enterprise, "college": college, "kind": "personal",
        "basis": "试", "from": "2099-01-01", "to": null});
    put("relations", &relation, body).await;
    let rating = api.rate(&engagement, 2, &format!("key-{mark}")).await.ok(201);
    let text = |value: &Value| value.as_str().expect("a code").to_owned();
    let officer = api.key(Role::CollegeOfficer(college.parse().expect("a code"))).await;
    let appeal = api.request(Method::POST, "/api/v1/appeals").bearer_auth(officer);
    let appeal = api.send(appeal.json(&json!({"college": college, "text": "试"}))).await.ok(201);
    let opened = zeyou::engine::ticket_of(text(&rating["id"]).parse().expect("an id"));
    let kept = json!({"name": mark, "owner": mark, "question": {"park": park, "changes": []}});
    let scenario = api.post("/api/v1/scenarios", &kept).await.ok(201);
    let decision = api.post("/api/v1/decisions", &decided(&park, &college, mark)).await.ok(201);
    let list = api.shortlist(&park, "top=3").await.ok(200);
    World {
        appeal: text(&appeal["id"]),
        ticket: opened.to_string(),
        rating: text(&rating["id"]),
        scenario: text(&scenario["id"]),
        decision: text(&decision["id"]),
        code: text(&list["verify_code"]),
        park,
        enterprise,
        college,
        programme,
        demand,
        engagement,
        relation,
        city,
    }
}

fn decided(park: &str, college: &str, name: &str) -> Value {
    json!({"name": name, "pairs": [{"park": park, "college": college}], "attendees": ["发展改革委"], "recusals": [],
        "reasons": "试", "review_on": "2099-12-31"})
}

/// What a route is: open to all, open to whoever is signed in, or an action. A route without a rule fails the test.
enum Rule {
    Public,
    Signed,
    Is(Action),
}

fn rule(method: &str, path: &str) -> Option<Rule> {
    use Action as A;
    let kind = path.split('/').nth(3).unwrap_or_default();
    let action = match (method, path) {
        ("get", "/health/live" | "/health/ready") => return Some(Rule::Public),
        ("get", "/api/v1/me" | "/api/v1/me/data") => return Some(Rule::Signed),
        ("get", "/metrics") => A::ReadMetrics,
        ("get", "/api/v1/criteria" | "/api/v1/models/current") => A::ReadCatalogue,
        ("put", "/api/v1/models/current") => A::ActivateModel,
        ("get", "/api/v1/flags") => A::ReadFlags,
        ("post", "/api/v1/flags/reviews" | "/api/v1/appeals/{id}/answer") => A::ReviewFlag,
        ("get", "/api/v1/colleges/{id}/reviews") => A::ReadReview,
        ("get", "/api/v1/appeals") => A::ReadAppeal,
        ("post", "/api/v1/appeals") => A::Appeal,
        ("get", "/api/v1/tickets") => A::ReadTicket,
        ("post", "/api/v1/tickets/{id}/contact") => A::NoteContact,
        ("post", "/api/v1/tickets/{id}/answer") => A::AnswerTicket,
        ("get", "/api/v1/engagements/{id}/feedback") => A::ReadFeedback,
        ("post", "/api/v1/engagements/{id}/feedback") => A::GiveFeedback,
        ("get", "/api/v1/events") => A::Listen,
        ("get", "/api/v1/audit" | "/api/v1/audit/head") => A::ReadAudit,
        ("get", "/api/v1/verify/{verify_code}") => A::Rank,
        ("get", "/api/v1/colleges/{id}/satisfaction") => A::ReadCut,
        ("post", "/api/v1/parks/{park}/sensitivity") => A::WhatIf,
        ("get", _) if path.starts_with("/api/v1/parks/{park}/") => A::Rank,
        ("post", "/api/v1/scenarios/evaluate" | "/api/v1/selections/solve" | "/api/v1/weights/ahp") => A::WhatIf,
        ("get", "/api/v1/scenarios/{id}/evaluation" | "/api/v1/scenarios/compare") => A::WhatIf,
        ("post", "/api/v1/scenarios") | ("put" | "delete", "/api/v1/scenarios/{id}") => A::KeepScenario,
        ("post", "/api/v1/decisions") => A::Decide,
        ("get", _) if kind == "scenarios" => A::ReadScenario,
        ("get", _) if kind == "decisions" => A::ReadDecision,
        ("get", "/api/v1/ratings/{id}" | "/api/v1/ratings/{id}/revisions") => A::ReadRating,
        ("post", "/api/v1/ratings") | ("put" | "delete", "/api/v1/ratings/{id}") => A::Rate,
        ("post", "/api/v1/me/password") => A::KeepOwnKeys,
        (_, _) if kind == "accounts" => A::KeepAccounts,
        (_, _) if kind == "keys" => A::KeepOwnKeys,
        ("get", _) => match kind {
            "parks" => A::ReadPark,
            "enterprises" => A::ReadEnterprise,
            "colleges" | "programmes" => A::ReadCollege,
            "demands" => A::ReadDemand,
            "engagements" => A::ReadEngagement,
            "relations" => A::ReadRelation,
            "presets" | "industries" | "occupations" | "majors" => A::ReadCatalogue,
            _ => return None,
        },
        ("put" | "delete", _) => match kind {
            "parks" if method == "delete" => A::ClosePark,
            "parks" => A::WritePark,
            "enterprises" => A::WriteEnterprise,
            "colleges" | "programmes" => A::WriteCollege,
            "demands" => A::WriteDemand,
            "engagements" => A::WriteEngagement,
            "relations" => A::KeepRelation,
            "presets" | "industries" | "occupations" | "majors" => A::WriteCatalogue,
            _ => return None,
        },
        _ => return None,
    };
    Some(Rule::Is(action))
}

/// A body that is good but for whose it is.
fn body(method: &str, path: &str, one: &World, entry: &Value) -> Option<Value> {
    let World { park, college, engagement, .. } = one;
    let question = json!({"park": park, "changes": []});
    Some(match (method, path) {
        ("post", "/api/v1/scenarios/evaluate") => question,
        ("post", "/api/v1/scenarios") => json!({"name": "试", "owner": "试", "question": question}),
        ("post", "/api/v1/decisions") => decided(park, college, "试"),
        ("post", "/api/v1/selections/solve") => json!({"parks": [{"park": park}], "capacity": 2}),
        ("post", "/api/v1/parks/{park}/sensitivity") => json!({"top": 2}),
        ("post", "/api/v1/weights/ahp") => {
            json!({"criteria": ["cost", "proximity"], "matrix": [[1, 1], [1, 1]]})
        }
        ("post", "/api/v1/flags/reviews") => json!({"college": college, "block": {"kind": "park", "park": park},
            "verdict": "dismissed", "reason": "试"}),
        ("post", "/api/v1/appeals") => json!({"college": college, "text": "试"}),
        ("post", "/api/v1/appeals/{id}/answer") => json!({"outcome": "refused", "reason": "试"}),
        ("post", "/api/v1/tickets/{id}/contact" | "/api/v1/tickets/{id}/answer") => json!({"text": "试"}),
        ("post", "/api/v1/engagements/{id}/feedback") => json!({"mark": 4}),
        ("post", "/api/v1/ratings") => json!({"engagement": engagement, "marks": marks(3)}),
        ("put", "/api/v1/ratings/{id}") => json!({"marks": marks(4)}),
        ("post", "/api/v1/accounts") => json!({"name": "somebody-else", "role": "supervisor"}),
        ("post", "/api/v1/me/password") => json!({"password": "x", "new_password": "三月 blossom 37 trains"}),
        ("post", "/api/v1/keys") => json!({"label": "试", "scopes": ["read"], "days": 1}),
        ("put", "/api/v1/scenarios/{id}") => {
            json!({"id": one.scenario, "name": "试", "owner": "试", "question": question})
        }
        ("put", "/api/v1/models/current") => {
            serde_json::from_str(include_str!("../../models/default.json")).expect("a model")
        }
        ("put", _) => entry.clone(),
        _ => return None,
    })
}

/// An entry of the kind as it stands; of what is not there, one that would belong to nobody.
async fn entry(api: &Api, path: &str, one: &World, own: &World) -> Value {
    let there = |world: &World| path.replace("{id}", world.of(path));
    if !path.ends_with("/{id}") {
        return Value::Null;
    }
    let found = api.get(&there(one)).await;
    if found.status == 200 {
        return found.json();
    }
    let mut text = api.get(&there(own)).await.text;
    for (mine, absent) in own.ids().iter().zip(one.ids()).chain([(&own.city.as_str(), one.city.as_str())]) {
        text = text.replace(mine, absent);
    }
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

async fn ask(api: &Api, key: Option<&str>, method: &str, template: &str, one: &World, entry: &Value) -> Answer {
    let path = template.replace("{park}", &one.park).replace("{college}", &one.college);
    let path = path.replace("{verify_code}", &one.code).replace("{id}", one.of(template));
    let query = match template {
        "/api/v1/parks/{park}/changes" => format!("?from_seq={}", api.seq()),
        "/api/v1/parks/{park}/compare" => "?colleges=C0001,C0002".to_owned(),
        "/api/v1/parks/{park}/portfolio" => "?size=2".to_owned(),
        "/api/v1/scenarios/compare" => format!("?ids={},{}", one.scenario, World::absent().scenario),
        _ => String::new(),
    };
    let verb: Method = method.to_uppercase().parse().expect("a method");
    let mut request = api.request(verb, &format!("{path}{query}")).header("idempotency-key", "matrix");
    request = match key {
        Some(key) => request.bearer_auth(key),
        None => request.header("cookie", "zeyou_session=nobody"),
    };
    if method == "put" || method == "delete" {
        // Nothing is to change: only whether it might.
        request = request.header("if-match", "\"999\"");
    }
    if let Some(body) = body(method, template, one, entry) {
        request = request.json(&body);
    }
    if template == "/api/v1/events" {
        return api.head_of(request).await;
    }
    api.send(request).await
}

/// The answer without what names the request and the object.
fn bare(answer: &Answer, one: &World) -> (u16, String) {
    let mut text = answer.text.replace(answer.header("x-request-id"), "");
    // The longest first: one code may begin like another.
    let mut ids: Vec<&str> = one.ids().into_iter().chain([one.code.as_str()]).collect();
    ids.sort_by_key(|id| std::cmp::Reverse(id.len()));
    for id in ids {
        text = text.replace(id, "");
    }
    (answer.status, text)
}

#[actix_web::test]
async fn no_route_of_the_document_lets_a_role_see_or_do_what_is_not_its_own() {
    let api = spawn_app().await;
    let (own, foreign, absent) = (world(&api, "11").await, world(&api, "22").await, World::absent());
    let roles = [
        Role::ParkManager(own.park.parse().expect("a code")),
        Role::EnterpriseRater(own.enterprise.parse().expect("a code")),
        Role::Planner(Some(own.city.parse().expect("a name"))),
        Role::Supervisor,
        Role::CollegeOfficer(own.college.parse().expect("a code")),
        Role::Admin,
    ];
    let occupation = json!({"id": "6-18-01-01", "name": "数控车工", "name_en": "CNC lathe operator",
        "links": [{"major": "460103", "strength": 1.0}]});
    assert_eq!(api.put("/api/v1/occupations/6-18-01-01", &occupation).await.status, 201);
    let mut faults = Vec::new();
    let (mut routes, mut cases) = (0, 0);
    let paths = document()["paths"].as_object().expect("paths");
    for (template, item) in paths {
        for method in item.as_object().expect("operations").keys() {
            let Some(rule) = rule(method, template) else {
                faults.push(format!("{method} {template}: there is no rule"));
                continue;
            };
            routes += 1;
            let entries = [
                entry(&api, template, &own, &own).await,
                entry(&api, template, &foreign, &own).await,
                entry(&api, template, &absent, &own).await,
            ];
            let nobody = ask(&api, None, method, template, &own, &entries[0]).await;
            let public = matches!(rule, Rule::Public);
            if !public && (nobody.status != 401 || !nobody.header("www-authenticate").starts_with("Bearer")) {
                faults.push(format!("{method} {template}: nobody is answered {}", nobody.status));
            }
            for role in &roles {
                let key = api.key(role.clone()).await;
                let [mine, others, none] = [(&own, 0), (&foreign, 1), (&absent, 2)];
                let mine = ask(&api, Some(&key), method, template, mine.0, &entries[mine.1]).await;
                let others = ask(&api, Some(&key), method, template, others.0, &entries[others.1]).await;
                let none = ask(&api, Some(&key), method, template, none.0, &entries[none.1]).await;
                cases += 3;
                let Rule::Is(action) = rule else {
                    if mine.status != 200 {
                        faults.push(format!("{method} {template} {}: {}", role.code(), mine.status));
                    }
                    continue;
                };
                let who = Principal { id: String::new(), role: role.clone(), scopes: Scopes::ALL };
                let case = format!("{method} {template} as {} ({action:?})", role.code());
                let refused = |answer: &Answer| matches!(answer.status, 401 | 403 | 404);
                let named = template.contains('{') || method == "post";
                match reach(&who, action) {
                    Err(Denied::Role | Denied::Scope | Denied::Foreign) => {
                        for (whose, answer) in [("own", &mine), ("foreign", &others), ("absent", &none)] {
                            if !refused(answer) {
                                faults.push(format!("{case}: {whose} is answered {} {}", answer.status, answer.text));
                            }
                        }
                    }
                    // A key's own id is not among the worlds; the tests below are about keys.
                    Ok(_) if action == Action::KeepOwnKeys || action == Action::KeepAccounts => {}
                    Ok(Reach::Own) => {
                        // A college is told of a ticket only among three partners, and from the Monday after.
                        let by_engagement =
                            ["/api/v1/scenarios/compare", "/api/v1/tickets/{id}/answer"].contains(&template.as_str());
                        if refused(&mine) && !by_engagement {
                            faults.push(format!("{case}: own is refused {} {}", mine.status, mine.text));
                        }
                        if named && !refused(&others) && template != "/api/v1/weights/ahp" {
                            faults.push(format!("{case}: foreign is answered {} {}", others.status, others.text));
                        }
                        if named && bare(&others, &foreign) != bare(&none, &absent) {
                            faults.push(format!("{case}: foreign {} differs from absent {}", others.text, none.text));
                        }
                        let leaks = foreign.ids().into_iter().filter(|id| mine.text.contains(id) && !is_public_id(id));
                        for id in leaks {
                            faults.push(format!("{case}: the answer tells of {id}"));
                        }
                    }
                    Ok(_) => {
                        if refused(&mine) && mine.status != 404 {
                            faults.push(format!("{case}: own is refused {} {}", mine.status, mine.text));
                        }
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
    println!("{routes} routes, {cases} cases, 0 leaks");
    assert!(routes >= 70, "{routes} routes");
}

/// Colleges and their programmes are public facts for whoever ranks them.
fn is_public_id(id: &str) -> bool {
    id.starts_with('C') || id.starts_with('R')
}

#[actix_web::test]
async fn every_action_is_asked_by_a_route_or_a_page() {
    let mut asked: BTreeSet<Action> = BTreeSet::new();
    for (template, item) in document()["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("operations").keys() {
            if let Some(Rule::Is(action)) = rule(method, template) {
                asked.insert(action);
            }
        }
    }
    let of_pages = [Action::Invite, Action::Mirror, Action::Import, Action::Export];
    let forgotten: Vec<_> =
        Action::ALL.iter().filter(|action| !asked.contains(action) && !of_pages.contains(action)).collect();
    assert!(forgotten.is_empty(), "{forgotten:?}");
}

#[actix_web::test]
async fn a_key_is_shown_once_does_what_it_was_made_for_and_ends_at_once() {
    let api = spawn_app().await;
    let reader = api.new_key(Role::Planner(None), Scopes::one(0)).await;
    let get = async |key: &str, path: &str| api.send(api.request(Method::GET, path).bearer_auth(key)).await;
    get(&reader, "/api/v1/parks/P0001/shortlist").await.ok(200);
    let write = api.request(Method::PUT, "/api/v1/parks/P0001").bearer_auth(&reader);
    let park = api.get("/api/v1/parks/P0001").await.ok(200);
    api.send(write.json(&park)).await.is_problem("a reading key writes", 403, "wrong-scope");
    get(&reader, "/api/v1/keys").await.is_problem("a reading key keeps keys", 403, "wrong-scope");

    let planner = api.new_key(Role::Planner(None), Scopes::ALL).await;
    let make =
        async |body: Value| api.send(api.request(Method::POST, "/api/v1/keys").bearer_auth(&planner).json(&body)).await;
    let made = make(json!({"label": "轮换", "scopes": ["read", "write"], "days": 30})).await.ok(201);
    let second = made["key"].as_str().expect("a key").to_owned();
    get(&second, "/api/v1/parks/P0001/shortlist").await.ok(200);
    make(json!({"label": "第三", "scopes": ["read"], "days": 30})).await.is_problem("a third", 422, "too-many");
    make(json!({"label": "x", "scopes": [], "days": 30})).await.is_problem("no scope", 422, "missing-field");
    make(json!({"label": "x", "scopes": ["all"], "days": 30})).await.is_problem("another word", 422, "unknown-code");
    make(json!({"label": "x", "scopes": ["read"], "days": 367})).await.is_problem("too long", 422, "out-of-range");
    let listed = get(&planner, "/api/v1/keys").await;
    assert_eq!(list(&listed.json()["items"]).len(), 2);
    let secret = second.rsplit('_').next().expect("a secret");
    assert!(!listed.text.contains(secret), "a list never shows a secret");
    let stored = api.service.store().api_key(made["id"].as_str().expect("an id")).await.expect("read").expect("there");
    assert!(!format!("{stored:?}").contains(secret), "only its hash is stored");

    let revoke = api.request(Method::DELETE, &format!("/api/v1/keys/{}", made["id"].as_str().expect("an id")));
    assert_eq!(api.send(revoke.bearer_auth(&planner)).await.status, 204);
    get(&second, "/api/v1/parks/P0001/shortlist").await.is_problem("revoked", 401, "not-signed-in");
    for bad in ["zy_x_y", "zy__", "Bearer", "zy_planner_demo", &format!("{planner}x"), &"z".repeat(5_000)] {
        assert_eq!(get(bad, "/api/v1/parks/P0001/shortlist").await.status, 401, "{bad}");
    }
}

#[actix_web::test]
async fn an_admin_keeps_accounts_and_a_disabled_one_does_nothing_more() {
    let api = spawn_app().await;
    let admin = api.key(Role::Admin).await;
    let post =
        async |path: &str, body: Value| api.send(api.request(Method::POST, path).bearer_auth(&admin).json(&body)).await;
    let new = json!({"name": "园区甲", "role": "park_manager", "belongs": "P0001"});
    let made = post("/api/v1/accounts", new.clone()).await.ok(201);
    assert!(made["path"].as_str().expect("a path").starts_with("/welcome/"), "{made}");
    post("/api/v1/accounts", new).await.is_problem("the name is taken", 422, "name-taken");
    for (body, slug) in [
        (json!({"name": "乙园", "role": "park_manager"}), "missing-field"),
        (json!({"name": "乙园", "role": "park_manager", "belongs": "P9999"}), "unknown-code"),
        (json!({"name": "乙园", "role": "operator"}), "unknown-code"),
        (json!({"name": "乙园", "role": "supervisor", "belongs": "P0001"}), "unknown-field"),
        (json!({"name": "a b", "role": "supervisor"}), "invalid-id"),
    ] {
        post("/api/v1/accounts", body.clone()).await.is_problem(&body.to_string(), 422, slug);
    }
    let id = made["account"]["id"].as_str().expect("an id").to_owned();
    let key = json!({"label": "试", "scopes": ["read"], "days": 1, "account": id});
    let key = post("/api/v1/keys", key).await.ok(201)["key"].as_str().expect("a key").to_owned();
    let ask = async || api.send(api.request(Method::GET, "/api/v1/me").bearer_auth(&key)).await;
    assert_eq!(ask().await.ok(200)["belongs"], "P0001");
    assert_eq!(post(&format!("/api/v1/accounts/{id}/disable"), json!({})).await.status, 204);
    ask().await.is_problem("disabled", 401, "not-signed-in");
    let erase = api.request(Method::DELETE, &format!("/api/v1/accounts/{id}")).bearer_auth(&admin);
    assert_eq!(api.send(erase).await.status, 204);
    let listed = api.send(api.request(Method::GET, "/api/v1/accounts").bearer_auth(&admin)).await;
    assert!(!listed.text.contains("园区甲"), "erased: {}", listed.text);
}

/// Whoever tries a code does not learn whether another has taken it: a new one begins with the code of whose it is.
#[actix_web::test]
async fn a_code_that_another_has_taken_is_answered_like_a_free_one() {
    let api = spawn_app().await;
    let (own, foreign, absent) = (world(&api, "11").await, world(&api, "22").await, World::absent());
    let roles: [(Role, &[&str], &str); 4] = [
        (Role::ParkManager(own.park.parse().expect("a code")), &["enterprises", "demands", "engagements"], &own.park),
        (Role::EnterpriseRater(own.enterprise.parse().expect("a code")), &["demands"], &own.enterprise),
        (Role::Planner(Some(own.city.parse().expect("a name"))), &["enterprises", "demands", "engagements"], &own.park),
        (Role::CollegeOfficer(own.college.parse().expect("a code")), &["programmes"], &own.college),
    ];
    for (at_role, (role, kinds, begin)) in roles.into_iter().enumerate() {
        let key = api.key(role.clone()).await;
        for kind in kinds {
            let at = format!("/api/v1/{kind}/{{id}}");
            let mut entry = api.get(&at.replace("{id}", own.of(&at))).await.ok(200);
            let mut put = async |id: &str| {
                entry["id"] = json!(id);
                let request = api.request(Method::PUT, &at.replace("{id}", id)).bearer_auth(&key);
                api.send(request.json(&entry)).await
            };
            let seq = api.seq();
            let (taken, free) = (put(foreign.of(&at)).await, put(absent.of(&at)).await);
            taken.is_problem(&format!("{role:?} {kind}"), 404, "not-found");
            assert_eq!(bare(&taken, &foreign), bare(&free, &absent), "{role:?} {kind}");
            assert!(free.text.contains(&format!("{begin}-")), "{}", free.text);
            assert_eq!(api.seq(), seq, "nothing was written");
            let made = put(&format!("{begin}-{kind}-{at_role}")).await;
            assert_eq!(made.status, 201, "{role:?} {kind}: {}", made.text);
            // What is there already keeps its code.
            assert_eq!(put(own.of(&at)).await.status, 200, "{role:?} {kind}");
        }
    }
}
