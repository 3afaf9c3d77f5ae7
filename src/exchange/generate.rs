//! Simulated data: fictional parks, colleges and enterprises whose ratings follow a known model, so that what the
//! engine estimates can be compared with the truth.
//!
//! A rating is `y = 3.8 + severity + quality + drift · years since 2026-01-01 + noise`, rounded and clipped to 1–5.

use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use std::collections::HashSet;
use std::fmt::{self, Write as _};

/// How much to generate, and from which seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Number of parks.
    pub parks: usize,
    /// Number of colleges.
    pub colleges: usize,
    /// Number of enterprises.
    pub enterprises: usize,
    /// Number of ratings; none if there is no college or no enterprise.
    pub ratings: usize,
    /// Same seed, same text.
    pub seed: u64,
}

/// Class of majors, words for a college's name, majors of the class (职业教育专业目录 2021).
type Class = (u16, &'static [&'static str], &'static [u32]);

#[rustfmt::skip]
const CLASSES: [Class; 14] = [
    (4601, &["机械工程", "先进制造"], &[460101, 460102, 460103, 460104, 460110, 460113]), (4607, &["汽车", "车辆工程"], &[460701, 460702, 460703, 460704, 460705]),
    (4603, &["智能制造", "自动化"], &[460301, 460303, 460305, 460306, 460309, 460310]), (4902, &["医药", "生物制药"], &[490201, 490202, 490203, 490204, 490206]),
    (5101, &["电子", "电子工程"], &[510101, 510102, 510103, 510104, 510107]), (4901, &["食品", "食品科技"], &[490101, 490102, 490103, 490104, 490106]),
    (4702, &["化工", "应用化学"], &[470201, 470203, 470206, 470208, 470209]), (5308, &["物流", "商贸物流"], &[530801, 530802, 530805, 530809, 530810]),
    (4606, &["航空", "航空工程"], &[460601, 460602, 460607, 460609]), (4306, &["新材料", "材料工程"], &[430601, 430602, 430603, 430607, 430608]),
    (5102, &["信息", "软件"], &[510201, 510202, 510203, 510205, 510209, 510211]), (4602, &["机电", "装备"], &[460201, 460202, 460203, 460204]),
    (5002, &["交通", "交通运输"], &[500203, 500207, 500211, 500212]), (4804, &["纺织", "轻工"], &[480401, 480402, 480405, 480408]),
];
/// Industry, the classes it needs, words for an enterprise's name.
type Industry = (&'static str, &'static [u16], &'static [&'static str]);
#[rustfmt::skip]
const INDUSTRIES: [Industry; 10] = [
    ("汽车", &[4607, 4601, 4603], &["汽车制造", "车身技术", "新能源汽车"]), ("汽车零部件", &[4601, 4607, 4603], &["汽车零部件", "底盘系统", "传动系统"]),
    ("装备制造", &[4601, 4603, 4602], &["精密机械", "重型装备", "数控设备"]), ("医药", &[4902, 4702], &["生物制药", "药业", "医药科技"]),
    ("食品", &[4901, 4702], &["食品", "乳业", "粮油加工"]), ("新材料", &[4306, 4702], &["新材料", "复合材料", "特种纤维"]),
    ("电子信息", &[5101, 5102], &["电子科技", "光电技术", "信息技术"]), ("化工", &[4702, 4306], &["精细化工", "化学", "涂料"]),
    ("通用航空", &[4606, 5101], &["通用航空", "航空装备", "无人机科技"]), ("物流", &[5308, 5002], &["物流", "供应链管理", "冷链物流"]),
];
const CITY_A: &str = "云澄岚岱霁沐槿翎砚栩晏珺皓苍榆汐黛棠屹";
const CITY_B: &str = "澜霁洄岫砚汀屿珩曜璟浔翎峤陌渚泓漪瀚珑";
const FIRM_A: [char; 20] = [
    '恒', '瑾', '卓', '凌', '骁', '煜', '铭', '弘', '晟', '昱', '睿', '翊', '骏', '泽', '锐', '启', '峻', '朗', '韬',
    '臻',
];
const FIRM_B: [char; 20] = [
    '岳', '枢', '桁', '烁', '越', '砺', '驰', '衡', '拓', '岑', '曦', '钧', '辰', '垣', '铎', '逸', '维', '赫', '川',
    '岩',
];
const PARK_WORDS: [&str; 6] = ["高新技术", "经济技术", "智能制造", "先进制造", "创新创业", "绿色低碳"];
const PARK_ENDS: [&str; 4] = ["产业园", "工业园", "开发区", "产业基地"];
const KINDS: [(&str, u32); 5] = [("hire", 35), ("train", 25), ("intern", 20), ("order_class", 12), ("tech_project", 8)];
const COLLEGE_KINDS: [((&str, &[&str]), u32); 5] = [
    (("associate", &["职业学院", "职业技术学院", "高等专科学校"]), 66),
    (("technician", &["技师学院", "技工学校"]), 14),
    (("secondary", &["中等职业学校", "职业中专"]), 8),
    (("vocational_bachelor", &["职业技术大学", "职业大学"]), 8),
    (("undergraduate", &["学院", "大学"]), 4),
];

/// A day, counted from 2021-01-01.
#[derive(Clone, Copy)]
struct Day(u32);

const Y2024: u32 = 1095;
const Y2026: u32 = 1826;
const NOV_2026: u32 = Y2026 + 304;
const LAST_RATING: u32 = Y2026 + 323;
const DEC_2026: u32 = Y2026 + 334;
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Counted from 2020-03-01, so that the leap day ends a year; 153 days are five months.
        let days = self.0 + 306;
        let year = (4 * days + 3) / 1461;
        let left = days - 1461 * year / 4;
        let month = (5 * left + 2) / 153;
        let (day, later) = (left - (153 * month + 2) / 5 + 1, month / 10);
        write!(f, "{}-{:02}-{day:02}", 2020 + year + later, month + 3 - 12 * later)
    }
}
macro_rules! row {
    ($out:expr, $($text:tt)*) => { writeln!($out, $($text)*).expect("writing to a String cannot fail") };
}
struct Dice {
    rng: ChaCha8Rng,
    used: HashSet<String>,
}
impl Dice {
    fn chance(&mut self, p: f64) -> bool {
        self.rng.random::<f64>() < p
    }
    fn normal(&mut self, sd: f64) -> f64 {
        sd * self.rng.sample::<f64, _>(StandardNormal)
    }
    /// A whole number, both ends included.
    fn within(&mut self, low: u32, high: u32) -> u32 {
        self.rng.random_range(low..=high.max(low))
    }
    /// An index below `n`, which must not be zero.
    fn index(&mut self, n: usize) -> usize {
        self.rng.random_range(0..n)
    }
    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.index(list.len())]
    }
    fn weighted<T: Copy>(&mut self, list: &[(T, u32)]) -> T {
        list.choose_weighted(&mut self.rng, |item| item.1).map_or(list[0].0, |item| item.0)
    }
    fn some<T: Copy>(&mut self, list: &[T], low: u32, high: u32) -> Vec<T> {
        let n = self.within(low, high) as usize;
        list.choose_multiple(&mut self.rng, n).copied().collect()
    }
    /// A name not used before: tries `make` some times, then numbers it.
    fn unique(&mut self, make: impl Fn(&mut Self) -> String) -> String {
        let mut name = make(self);
        for _ in 0..12 {
            if self.used.insert(name.clone()) {
                return name;
            }
            name = make(self);
        }
        let free = (2..).map(|n: usize| format!("{name}第{n}")).find(|name| !self.used.contains(name)).unwrap_or(name);
        self.used.insert(free.clone());
        free
    }
    fn near(&mut self, city: &City, km: f64) -> (f64, f64) {
        let (far, angle) = (km * self.rng.random::<f64>() / 111.2, self.rng.random_range(0.0..std::f64::consts::TAU));
        (city.lat + far * angle.cos(), city.lon + far * angle.sin() / city.lat.to_radians().cos())
    }
    fn uuid(&mut self) -> String {
        let bits = self.rng.random::<u128>() & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
        let hex = format!("{bits:032x}");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}
struct City {
    name: String,
    lat: f64,
    lon: f64,
    colleges: Vec<usize>,
}
/// City, industries, enterprises.
struct Park(usize, Vec<Industry>, Vec<(usize, Industry)>);
/// Classes taught, quality, drift a year.
struct College(Vec<u16>, f64, f64);
/// Severity, preferred colleges.
struct Enterprise(f64, Vec<usize>);

fn cities(spec: &Spec, dice: &mut Dice) -> Vec<City> {
    let wanted = if spec.parks <= 5 && spec.colleges <= 40 { 1 } else { (spec.parks / 12).clamp(2, 370) };
    let mut names: Vec<String> = CITY_A.chars().flat_map(|a| CITY_B.chars().map(move |b| format!("{a}{b}"))).collect();
    names.shuffle(&mut dice.rng);
    let names = ["云岭".to_owned(), "松澜".to_owned()].into_iter().chain(names).take(wanted);
    let place = |name| City {
        name,
        lat: dice.rng.random_range(29.0..44.0),
        lon: dice.rng.random_range(103.0..122.0),
        colleges: Vec::new(),
    };
    names.map(place).collect()
}

fn parks(spec: &Spec, dice: &mut Dice, cities: &[City]) -> (Vec<Park>, String) {
    let mut out = String::from("id,name,city,stage,industries,lat,lon,budget_per_person_day,source\n");
    let mut list = Vec::with_capacity(spec.parks);
    for i in 0..spec.parks {
        let city = i % cities.len();
        let industries = dice.some(&INDUSTRIES, 2, 4);
        let name = dice.unique(|dice| {
            let word = if dice.chance(0.5) { industries[0].0 } else { dice.pick(&PARK_WORDS) };
            format!("{}{word}{}", cities[city].name, dice.pick(&PARK_ENDS))
        });
        let stage = if dice.chance(0.3) { "new" } else { "established" };
        let (lat, lon) = dice.near(&cities[city], 25.0);
        let codes = industries.iter().map(|industry| industry.0).collect::<Vec<_>>().join(";");
        let budget = 10 * dice.within(12, 26);
        row!(out, "P{:04},{name},{}市,{stage},{codes},{lat:.5},{lon:.5},{budget},simulated", i + 1, cities[city].name);
        list.push(Park(city, industries, Vec::new()));
    }
    (list, out)
}

fn colleges(spec: &Spec, dice: &mut Dice, cities: &mut [City]) -> (Vec<College>, [String; 3]) {
    let mut out = String::from(
        "id,name,former_name,kind,ownership,city,lat,lon,status,offering,updated_on,retained,placed,response_days,tech_projects_3y,pledges,complaint,declined_parks,source\n",
    );
    let mut offers = String::from(
        "id,college,major,basis,seats_hire,seats_train,seats_intern,seats_order_class,seats_tech_project,stations,stations_free,teachers,dual_qualified,fee_per_person_day,updated_on,note,source\n",
    );
    let mut truth = String::from("college,quality,drift_per_year\n");
    let (mut list, mut offered) = (Vec::with_capacity(spec.colleges), 0);
    for i in 0..spec.colleges {
        let home = i % cities.len();
        cities[home].colleges.push(i);
        let city = &cities[home];
        let main = CLASSES[(i / cities.len() + home) % CLASSES.len()];
        let mut classes = dice.some(&CLASSES, 2, 3);
        classes.retain(|class| class.0 != main.0);
        classes.insert(0, main);
        let quality = dice.normal(0.35);
        let drift = if i == 2 {
            0.35
        } else if i == 5 {
            -0.35
        } else {
            dice.normal(0.04)
        };
        let (kind, ends) = dice.weighted(&COLLEGE_KINDS);
        let name = dice.unique(|dice| format!("{}{}{}", city.name, dice.pick(main.1), dice.pick(ends)));
        let former = if dice.chance(0.12) {
            dice.unique(|dice| format!("{}{}学校", city.name, dice.pick(main.1)))
        } else {
            String::new()
        };
        let (ownership, status) =
            (if dice.chance(0.75) { "public" } else { "private" }, if i % 50 == 17 { "suspended" } else { "active" });
        let (lat, lon) = dice.near(city, 60.0);
        let since = if matches!(i % 50, 8 | 13) { Y2024 } else { Y2026 };
        let updated = Day(since + dice.within(0, 303));
        let placed = dice.within(80, 600);
        let rate = (0.65 + 0.35 * quality + dice.normal(0.04)).clamp(0.4, 0.9);
        let retained = (f64::from(placed) * rate).round() as u32;
        let (days, projects) = ((6.0 - 6.0 * quality + dice.normal(1.0)).clamp(1.0, 15.0), dice.within(0, 24));
        let mut pledges = dice.some(&["space", "equipment", "resident_teachers", "curriculum", "capital"], 0, 4);
        pledges.sort_unstable();
        let pledges = pledges.join(";");
        let complaint = i % 50 == 11;
        let declined = if spec.parks > 0 && dice.chance(0.06) {
            format!("P{:04}", dice.index(spec.parks) + 1)
        } else {
            String::new()
        };
        row!(
            out,
            "C{:04},{name},{former},{kind},{ownership},{}市,{lat:.5},{lon:.5},{status},complete,{updated},{retained},{placed},{days:.1},{projects},{pledges},{complaint},{declined},simulated",
            i + 1,
            city.name
        );
        row!(truth, "C{:04},{quality:.4},{drift:.4}", i + 1);
        let majors: Vec<u32> = classes.iter().flat_map(|class| class.2.iter().copied()).collect();
        for major in dice.some(&majors, 8, 14) {
            offered += 1;
            let seats = [(30, 160), (40, 300), (30, 150), (0, 80), (0, 8)]
                .map(|(low, high)| dice.within(low, high).to_string())
                .join(",");
            let (stations, teachers) = (dice.within(20, 160), dice.within(6, 40));
            let (free, dual) = (dice.within(0, stations), dice.within(teachers / 3, teachers));
            let (fee, updated) = (5 * dice.within(18, 56), Day(since + dice.within(0, 303)));
            row!(
                offers,
                "R{offered:05},C{:04},{major},documented,{seats},{stations},{free},{teachers},{dual},{fee},{updated},,simulated",
                i + 1
            );
        }
        list.push(College(classes.iter().map(|class| class.0).collect(), quality, drift));
    }
    (list, [out, offers, truth])
}

fn enterprises(
    spec: &Spec,
    dice: &mut Dice,
    cities: &[City],
    parks: &mut [Park],
    colleges: &[College],
) -> (Vec<Enterprise>, [String; 2]) {
    let mut out = String::from("id,name,park,industry,source\n");
    let mut truth = String::from("enterprise,severity\n");
    let mut list = Vec::with_capacity(spec.enterprises);
    for i in 0..if parks.is_empty() { 0 } else { spec.enterprises } {
        let at = if i < parks.len() { i } else { dice.index(parks.len()) };
        let city = &cities[parks[at].0];
        let industry = dice.pick(&parks[at].1);
        let name = dice.unique(|dice| {
            let end = dice.weighted(&[("有限公司", 8), ("股份有限公司", 2), ("集团有限公司", 1)]);
            format!("{}{}{}{}{end}", city.name, dice.pick(&FIRM_A), dice.pick(&FIRM_B), dice.pick(industry.2))
        });
        let severity = if i == 3 {
            -1.1
        } else if i == 7 {
            0.9
        } else {
            dice.normal(0.4)
        };
        row!(out, "E{:05},{name},P{:04},{},simulated", i + 1, at + 1, industry.0);
        row!(truth, "E{:05},{severity:.4}", i + 1);
        // The two colleges that change are rated often enough for the change to show.
        let planted = match i % 6 {
            1 if i < 40 => Some(2),
            4 if i < 40 => Some(5),
            _ => None,
        };
        let mut preferred: Vec<usize> = planted.into_iter().filter(|&college| college < colleges.len()).collect();
        for _ in 0..if colleges.is_empty() { 0 } else { dice.within(3, 5) } {
            let mut college = 0;
            for _ in 0..4 {
                let local = !city.colleges.is_empty() && dice.chance(0.85);
                college = if local { dice.pick(&city.colleges) } else { dice.index(colleges.len()) };
                if colleges[college].0.iter().any(|class| industry.1.contains(class)) {
                    break;
                }
            }
            preferred.push(college);
        }
        parks[at].2.push((i, industry));
        list.push(Enterprise(severity, preferred));
    }
    (list, [out, truth])
}

fn demands(dice: &mut Dice, parks: &[Park]) -> String {
    let mut out =
        String::from("id,park,enterprise,kind,occupation,major,headcount,skill_level,start,end,urgency,note\n");
    let mut count = 0;
    for (at, park) in parks.iter().enumerate() {
        for _ in 0..dice.within(10, 16) {
            count += 1;
            let (enterprise, industry) = match park.2.choose(&mut dice.rng) {
                Some(&(i, industry)) => (format!("E{:05}", i + 1), industry),
                None => (String::new(), dice.pick(&park.1)),
            };
            let wanted = dice.pick(industry.1);
            let major = CLASSES.iter().find(|class| class.0 == wanted).map_or(460103, |class| dice.pick(class.2));
            let kind = dice.weighted(&KINDS);
            // For a technical project the headcount is a number of projects.
            let headcount = if kind == "tech_project" { dice.within(1, 6) } else { dice.within(5, 120) };
            let skill = dice.pick(&["", "0", "5", "4", "3", "2"]);
            let (urgency, wait) = dice.weighted(&[(("normal", 180), 60), (("urgent", 80), 28), (("critical", 19), 12)]);
            let start = DEC_2026 + dice.within(0, wait);
            let end = Day((start + dice.within(20, 180)).max(DEC_2026 + 31));
            row!(
                out,
                "D{count:05},P{:04},{enterprise},{kind},,{major},{headcount},{skill},{},{end},{urgency},",
                at + 1,
                Day(start)
            );
        }
    }
    out
}

fn ratings(spec: &Spec, dice: &mut Dice, enterprises: &[Enterprise], colleges: &[College]) -> [String; 2] {
    let mut deals = String::from("id,enterprise,college,kind,start,end,status\n");
    let mut out = String::from("id,engagement,overall,supply,skill,stay,help,rated_on\n");
    let mut due = if enterprises.is_empty() || colleges.is_empty() { 0 } else { spec.ratings };
    let total = due + due.div_ceil(10);
    for g in 0..total {
        // Some enterprises cooperate more than others, but each gets its turn.
        let skewed = dice.rng.random::<f64>().powi(2) * enterprises.len() as f64;
        let who = if g % 2 == 0 { (g / 2) % enterprises.len() } else { (skewed as usize).min(enterprises.len() - 1) };
        let college = dice.pick(&enterprises[who].1);
        let rated = dice.index(total - g) < due;
        let proposed = !rated && dice.chance(0.25);
        let end = if proposed { dice.within(NOV_2026, NOV_2026 + 29) } else { dice.within(60, NOV_2026 + 14) };
        let start = end.saturating_sub(dice.within(20, 240));
        let status = if proposed {
            "proposed"
        } else if end > NOV_2026 - 60 || dice.chance(0.1) {
            "confirmed"
        } else {
            "closed"
        };
        let kind = dice.weighted(&KINDS);
        row!(deals, "G{:06},E{:05},C{:04},{kind},{},{},{status}", g + 1, who + 1, college + 1, Day(start), Day(end));
        if !rated {
            continue;
        }
        due -= 1;
        let day = dice.within(end, (end + 90).min(LAST_RATING));
        let years = (f64::from(day) - f64::from(Y2026)) / 365.25;
        let College(_, quality, drift) = colleges[college];
        let y = 3.8 + enterprises[who].0 + quality + drift * years + dice.normal(0.7);
        let mark = |y: f64| y.round().clamp(1.0, 5.0);
        let mut aspect =
            || if dice.chance(0.06) { "unknown".to_owned() } else { mark(y + dice.normal(0.4)).to_string() };
        let aspects = [aspect(), aspect(), aspect(), aspect()].join(",");
        row!(out, "{},G{:06},{},{aspects},{}", dice.uuid(), g + 1, mark(y), Day(day));
    }
    [deals, out]
}

/// File name → CSV text, in the order in which they must be imported; the two `truth` files are not for import.
pub fn generate(spec: &Spec) -> Vec<(&'static str, String)> {
    let mut dice = Dice { rng: ChaCha8Rng::seed_from_u64(spec.seed), used: HashSet::new() };
    let mut cities = cities(spec, &mut dice);
    let (mut park_list, parks_csv) = parks(spec, &mut dice, &cities);
    let (college_list, [colleges_csv, programmes_csv, truth]) = colleges(spec, &mut dice, &mut cities);
    let (enterprise_list, [enterprises_csv, raters]) =
        enterprises(spec, &mut dice, &cities, &mut park_list, &college_list);
    let demands_csv = demands(&mut dice, &park_list);
    let [engagements_csv, ratings_csv] = ratings(spec, &mut dice, &enterprise_list, &college_list);
    [
        ("parks.csv", parks_csv),
        ("enterprises.csv", enterprises_csv),
        ("colleges.csv", colleges_csv),
        ("programmes.csv", programmes_csv),
        ("demands.csv", demands_csv),
        ("engagements.csv", engagements_csv),
        ("ratings.csv", ratings_csv),
        ("truth.csv", truth),
        ("raters_truth.csv", raters),
    ]
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: Spec = Spec { parks: 4, colleges: 20, enterprises: 40, ratings: 400, seed: 2026 };
    fn column(files: &[(&str, String)], file: &str, name: &str) -> Vec<String> {
        let (_, text) = files.iter().find(|(known, _)| *known == file).expect("the file is generated");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let at = reader.headers().expect("a header").iter().position(|head| head == name).expect("the column exists");
        reader.records().map(|record| record.expect("every row has as many fields")[at].to_owned()).collect()
    }
    #[test]
    fn the_same_seed_gives_the_same_text() {
        assert_eq!(generate(&SPEC), generate(&SPEC));
        assert_ne!(generate(&SPEC), generate(&Spec { seed: 1, ..SPEC }));
        assert_eq!(generate(&Spec { colleges: 0, parks: 0, ..SPEC }).len(), 9);
        assert_eq!(
            [0, 1154, 1155, Y2026, LAST_RATING].map(|day| Day(day).to_string()).join(" "),
            "2021-01-01 2024-02-29 2024-03-01 2026-01-01 2026-11-20"
        );
    }
    #[test]
    fn references_resolve_and_each_rating_has_its_engagement() {
        let files = generate(&SPEC);
        let links = [
            ("ratings.csv", "engagement", "engagements.csv"),
            ("engagements.csv", "enterprise", "enterprises.csv"),
            ("engagements.csv", "college", "colleges.csv"),
            ("programmes.csv", "college", "colleges.csv"),
            ("enterprises.csv", "park", "parks.csv"),
            ("demands.csv", "park", "parks.csv"),
            ("demands.csv", "enterprise", "enterprises.csv"),
        ];
        for (file, name, target) in links {
            let ids: HashSet<String> = column(&files, target, "id").into_iter().collect();
            assert!(column(&files, file, name).iter().all(|id| ids.contains(id)), "{file} {name}");
        }
        let rated: HashSet<String> = column(&files, "ratings.csv", "engagement").into_iter().collect();
        assert_eq!(rated.len(), SPEC.ratings);
        let status =
            column(&files, "engagements.csv", "id").into_iter().zip(column(&files, "engagements.csv", "status"));
        assert!(status.into_iter().all(|(id, status)| status != "proposed" || !rated.contains(&id)));
    }
}
