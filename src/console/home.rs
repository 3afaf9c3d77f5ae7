//! The workbench's first page: parks to choose from.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::answer::answer;
use super::figures;
use super::frame::{Page, Section};
use super::home_news::{attention as attention_card, news};
use super::map::map;
use super::texts::{access, decisions, frame, home, scenarios, selections};
use super::visit::{Visit, read_query};
use super::words;
use crate::domain::Role;
use crate::http::Problem;
use crate::service::{Acting, Attention, LINK_DAYS, LinksWanted, ParkCard, Parks};

/// Parks on one page at most.
const SHOWN: usize = 120;

/// All parks, or those that a search finds.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let home = match &service.principal().role {
        Role::CollegeOfficer(college) => Some(format!("/colleges/{college}")),
        Role::Admin => Some("/accounts".to_owned()),
        Role::EnterpriseRater(_) => return rater(&request, &visit, &service),
        _ => None,
    };
    if let Some(home) = home {
        return HttpResponse::SeeOther().insert_header((header::LOCATION, home)).finish();
    }
    let result = async {
        let query = read_query(&request, &["q"])?;
        let asked: String = query.text("q").unwrap_or_default().trim().chars().take(64).collect();
        let parks = service.parks();
        let attention = service.attention().await?;
        let body = body(&visit, &asked, &parks, &attention);
        let title = visit.say(home::TITLE).to_owned();
        Ok::<_, Problem>(Page { title, section: Section::Workbench, body, as_of: Some(parks.as_of), charts: false })
    };
    answer(&request, &visit, result.await)
}

/// What a rater has to do: cooperations to rate, each by its link.
fn rater(request: &HttpRequest, visit: &Visit, service: &Acting) -> HttpResponse {
    let wanted = LinksWanted { enterprise: None, open: false, days: LINK_DAYS };
    let result = service.rating_links(&wanted).map(|mut links| {
        links.sort_by_key(|link| (link.rated, std::cmp::Reverse(link.engagement.end)));
        let body = html! {
            h1 { (visit.say(access::RATER_HOME)) }
            p.lead { (visit.say(access::RATER_LEAD)) }
            @if links.is_empty() { div.empty { p { (visit.say(access::NOTHING_TO_RATE)) } } }
            ul.cards #to-rate { @for link in &links { li { a.park href=(link.path) {
                strong { (link.college) }
                span { (figures::day(visit.language, link.engagement.start)) " – " (figures::day(visit.language, link.engagement.end)) }
                span { (visit.say(if link.rated { access::RATED } else { access::RATE_IT })) }
            } } } }
        };
        let title = visit.say(access::RATER_HOME).to_owned();
        Page { title, section: Section::Workbench, body, as_of: None, charts: false }
    });
    answer(request, visit, result.map_err(Problem::from))
}

fn found(card: &ParkCard, asked: &str) -> bool {
    let asked = asked.to_lowercase();
    let park = &card.park;
    let texts = [park.name.as_str(), park.city.as_str(), park.id.as_str()];
    let industries = park.industries.iter().map(|industry| industry.as_str());
    texts.into_iter().chain(industries).any(|text| text.to_lowercase().contains(&asked))
}

fn body(visit: &Visit, asked: &str, parks: &Parks, attention: &Attention) -> Markup {
    let totals = [
        ("parks", parks.cards.len().to_string()),
        ("colleges", parks.colleges.to_string()),
        ("ratings", parks.ratings.to_string()),
    ];
    let totals: Vec<(&str, &str)> = totals.iter().map(|(name, value)| (*name, value.as_str())).collect();
    html! {
        p.kicker { (visit.say(frame::TAGLINE)) }
        h1 { (visit.say(home::TITLE)) }
        p.lead { (visit.say(home::LEAD)) }
        p.facts {
            span { (visit.fill(home::SUMMARY, &totals)) }
            @if !parks.cards.is_empty() {
                span { a href="/selections" { (visit.say(selections::TITLE)) } }
                span { a href="/scenarios" { (visit.say(scenarios::TITLE)) } }
                span { a href="/decisions" { (visit.say(decisions::TITLE)) } }
                span { a href="/tour/1" { (visit.say(home::TOUR)) } }
            }
        }
        @let named: Vec<&ParkCard> = parks.cards.iter().filter(|card| found(card, asked)).take(SHOWN).collect();
        @if parks.cards.is_empty() { (park_list(visit, asked, parks, "/", "")) } @else {
            div.overview {
                div { (map(visit, &named)) }
                div { (attention_card(visit, attention)) (news(visit, attention)) }
            }
            (park_list(visit, asked, parks, "/", ""))
        }
    }
}

/// Parks by city, with a search at `action`; each leads to its page and `then`.
pub(super) fn park_list(visit: &Visit, asked: &str, parks: &Parks, action: &str, then: &str) -> Markup {
    let cards: Vec<&ParkCard> = parks.cards.iter().filter(|card| found(card, asked)).collect();
    let (shown, rest) = cards.split_at(cards.len().min(SHOWN));
    html! {
        @if parks.cards.is_empty() {
            div.empty { p { (visit.say(home::EMPTY)) } }
        } @else {
            form.search method="get" action=(action) role="search" {
                input type="search" name="q" value=(asked) maxlength="64" placeholder=(visit.say(home::SEARCH))
                    aria-label=(visit.say(home::SEARCH)) data-filter="#parks li" autocomplete="off";
                button type="submit" { (visit.say(home::SEARCH_DO)) }
            }
            @if shown.is_empty() {
                div.empty { p { (visit.fill(home::NOTHING, &[("q", asked)])) } p { a href=(action) { (visit.say(home::SHOW_ALL)) } } }
            } @else {
                div #parks { @for city in shown.chunk_by(|a, b| a.park.city == b.park.city) {
                    section.city {
                        h2 { (city[0].park.city) }
                        ul.cards { @for card in city {
                            @let number = shown.iter().position(|other| std::ptr::eq(*other, *card)).map_or(0, |at| at + 1);
                            li { (park(visit, card, then, number)) }
                        } }
                    }
                } }
            }
            @if !rest.is_empty() { p { (visit.fill(home::MORE, &[("n", &rest.len().to_string())])) } }
        }
    }
}

fn park(visit: &Visit, card: &ParkCard, then: &str, number: usize) -> Markup {
    let park = &card.park;
    html! {
        a.park href=(format!("/parks/{}{then}", park.id)) {
            strong { span.list-number { (number) } " " (park.name) }
            span.tag { (visit.say(words::stage(park.stage))) }
            span.facts {
                @if card.demands == 0 { span { (visit.say(home::DERIVED)) } } @else {
                    span { (visit.fill(home::DEMANDS, &[("n", &card.demands.to_string()), ("people", &card.headcount.to_string())])) }
                }
            }
            span.industries { @for industry in park.industries.iter().take(6) { span { (industry) } } }
        }
    }
}
