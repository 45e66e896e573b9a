//! Every component in every state, for people who build pages. Served only when
//! the configuration asks for it; all content is invented.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::civil::date;
use maud::{Markup, html};
use mingjing_domain::cite::penalty_law;
use mingjing_domain::refusal::Refusal;
use mingjing_domain::staff::Role;

use super::form::{Choice, FieldSpec, Kind, Posted};
use super::http::Shell;
use super::page::{self, Office, Viewer, Width};
use super::ui::act::{Action, Door, actions};
use super::ui::due::{Due, Run, dues};
use super::ui::field::{Sheet, sheet};
use super::ui::rail::{Standing, Stop, rail};
use super::ui::show::{self, ProofState, Tone};
use super::ui::stream::{Entry, stream};
use super::ui::table::{Column, Filter, FilterKind, Query, Table, filters, table};

fn office(shell: &Shell, title: &str, width: Width, body: Markup) -> Response {
    let viewer = Viewer {
        name: "执法人员甲",
        organ: "示例县应急管理局",
        roles: &[Role::Officer, Role::UnitHead],
        csrf: "",
        certificate: "示执-001",
        at: shell.app.now(),
    };
    let crumbs = vec![("组件", "/gallery".to_owned())];
    page::office(&Office { site: &shell.site, viewer, title, current: "/gallery", crumbs, width }, body)
        .into_response()
}

/// `/gallery`: the case page's components together, as they will stand.
pub async fn overview(State(shell): State<Shell>) -> Response {
    let tools = html! {
        a.btn.quiet href="/gallery/form" { "表单" } a.btn.quiet href="/gallery/list" { "列表" }
        a.btn.quiet href="/gallery/parts" { "零件" } a.btn.quiet href="/gallery/portal" { "门户" }
    };
    let body = html! {
        (page::heading(
            Some(html! { "普通程序 · 行政处罚 " (show::tag(Tone::Seal, "演示数据")) }),
            "示例化工有限公司特种作业人员未取得资格上岗作业案",
            Some(html! { span.no { "（示）应急立〔2026〕12号" } " · 承办 执法人员甲、执法人员乙 · 立案 2026年2月10日" }),
            Some(tools),
        ))
        (rail("法定程序", &stops()))
        div.cols {
            div.stack { (sample_actions()) }
            div.stack { (sample_dues()) (sample_file()) }
            div.stack { section.card { h2 { "经过" } (stream(&entries(), |it| Some(format!("?as_of={}", it.version)))) } }
        }
    };
    office(&shell, "组件", Width::Wide, body)
}

fn stops() -> Vec<Stop<'static>> {
    let stop = |label, standing, note: &str| Stop { label, standing, note: note.to_owned() };
    vec![
        stop("线索", Standing::Done, "2月3日"),
        stop("立案", Standing::Done, "2月10日"),
        stop("调查", Standing::Done, "2月10日–3月5日"),
        stop("法制审核", Standing::Done, "3月12日 同意"),
        stop("告知", Standing::Now, "3月13日送达"),
        stop("听证", Standing::Ahead, "可申请至 3月20日"),
        stop("集体讨论", Standing::Ahead, ""),
        stop("决定", Standing::Ahead, "不晚于 5月11日"),
        stop("送达", Standing::Ahead, "决定后 7 个工作日"),
        stop("公示", Standing::Ahead, "决定后 7 个工作日"),
        stop("结案归档", Standing::Ahead, ""),
    ]
}

fn window_open() -> Refusal {
    Refusal::new(
        "hearing.window_open",
        penalty_law("第六十四条第一项"),
        "听证申请期未满",
        "等申请期满，或者由当事人书面表示不要求听证",
    )
    .after(date(2026, 3, 21))
}

fn sample_actions() -> Markup {
    let defence = penalty_law("第四十五条");
    let hearing = penalty_law("第六十四条第一项");
    let window = window_open();
    let collective = Refusal::new(
        "decision.collective_required",
        penalty_law("第五十七条第二款"),
        "拟罚款达到重大标准，须先经集体讨论",
        "先组织集体讨论",
    );
    actions(&[
        Action {
            label: "登记陈述申辩",
            help: "当事人已来函，收到即记。",
            door: Door::Open { href: "#".into(), button: "登记", first: true, basis: &defence },
        },
        Action {
            label: "登记听证申请",
            help: "自告知之日起五日内提出。",
            door: Door::Open { href: "#".into(), button: "登记", first: false, basis: &hearing },
        },
        Action { label: "集体讨论", help: "", door: Door::Shut(&window) },
        Action { label: "作出决定", help: "", door: Door::Shut(&collective) },
    ])
}

fn sample_dues() -> Markup {
    let steps = vec![
        "3月13日送达，当日不计".to_owned(),
        "五日为工作日（行政处罚法第八十五条）：16、17、18、19、20日".to_owned(),
        "日历版本 2026-1，无调休影响".to_owned(),
    ];
    let of = |label, run, end| Due { label, run, end, latest: None, derivation: steps.clone() };
    dues(&[
        of("整改复查", Run::Over(2), date(2026, 3, 13)),
        of("听证申请期", Run::Left(5), date(2026, 3, 20)),
        of("作出决定", Run::Left(57), date(2026, 5, 11)),
        Due {
            latest: Some(date(2027, 1, 6)), ..of("加处罚款起算", Run::AtLeast(280), date(2026, 12, 31))
        },
        of("鉴定期间", Run::Paused, date(2026, 4, 1)),
        of("法制审核", Run::Kept(date(2026, 3, 12)), date(2026, 3, 19)),
    ])
}

fn sample_file() -> Markup {
    let query = Query::new("/gallery", None);
    let row = |name: &str, number: &str, day: &str, state| {
        vec![
            html! { a href="#" { (name) } @if !number.is_empty() { br; span.meta { (number) } } },
            html! { (day) },
            show::proof(state),
        ]
    };
    let rows = vec![
        row("行政处罚告知书", "（示）应急罚告〔2026〕12号", "3月13日", ProofState::Pending),
        row("法制审核意见书", "", "3月12日", ProofState::Sequenced),
        row("询问笔录", "", "2月18日", ProofState::Checkpointed),
        row("现场检查录像 12分08秒", "", "2月3日", ProofState::Witnessed),
    ];
    show::card(
        "卷内",
        table(&Table {
            caption: "卷内文书和音像",
            id: "file",
            columns: vec![Column::new("文书、音像"), Column::new("时间"), Column::new("证明")],
            rows,
            query: &query,
            next: None,
            empty: ("卷内还没有材料", html! {}),
        }),
    )
}

fn entries() -> Vec<Entry> {
    let entry = |version, at: &str, sentence: &str, who: &str, key, proof| Entry {
        version,
        recorded_at: at.parse().unwrap_or_default(),
        happened_at: None,
        sentence: sentence.to_owned(),
        who: who.to_owned(),
        key,
        proof,
    };
    let mut all = vec![
        entry(
            6,
            "2026-03-13T07:20:00Z",
            "送达告知书，当事人签收",
            "执法人员甲、乙",
            true,
            ProofState::Pending,
        ),
        entry(
            5,
            "2026-03-12T09:02:00Z",
            "法制审核：同意（十项意见）",
            "审核人员丙",
            true,
            ProofState::Sequenced,
        ),
        entry(4, "2026-03-09T01:11:00Z", "送审，材料齐全", "执法人员甲", false, ProofState::Checkpointed),
        entry(3, "2026-03-05T08:40:00Z", "调查终结报告", "执法人员甲", false, ProofState::Witnessed),
        entry(1, "2026-02-10T03:05:00Z", "立案，负责人批准", "分管负责人丁", true, ProofState::Witnessed),
    ];
    all[2].happened_at = "2026-03-08T08:00:00Z".parse().ok();
    all
}

/// `/gallery/form`: a form with every kind of field, refused once.
pub async fn form(State(shell): State<Shell>) -> Response {
    let specs = specimen();
    let posted = Posted::parse(
        "cause=%E6%9C%AA%E6%8C%89%E8%A7%84%E5%AE%9A%E5%9F%B9%E8%AE%AD&fine=abc&grade=light\
         &parties[0].name=%E7%A4%BA%E4%BE%8B%E5%8C%96%E5%B7%A5&parties[1].name="
            .as_bytes(),
    )
    .unwrap_or_default();
    let errors = super::form::read(&specs, &posted).err().unwrap_or_default();
    let body = html! {
        (page::heading(None, "行政处罚告知", Some(html! { "依据 " (show::law(&penalty_law("第四十四条"))) }), None))
        (sheet(&Sheet {
            action: "/gallery/form", csrf: "", specs: &specs, posted: &posted, errors: &errors,
            button: "制作告知书", drafts: true, back: "/gallery", command_id: "",
        }))
    };
    office(&shell, "表单", Width::Narrow, body)
}

fn specimen() -> Vec<FieldSpec> {
    let people =
        vec![Choice::new("1", "执法人员甲（证件 示00001）"), Choice::new("2", "执法人员乙（证件 示00002）")];
    let kinds = ["警告", "通报批评", "罚款", "没收违法所得", "责令停产停业"];
    let kinds = kinds.iter().map(|it| Choice::new(*it, *it)).collect();
    let grades =
        vec![Choice::new("light", "从轻"), Choice::new("common", "一般"), Choice::new("heavy", "从重")];
    let party = vec![
        FieldSpec::new("name", "名称或者姓名", Kind::Line),
        FieldSpec::new("id_number", "证件号码", Kind::Line)
            .hint("单位填统一社会信用代码，个人填公民身份号码")
            .optional(),
    ];
    vec![
        FieldSpec::new("cause", "案由", Kind::Line)
            .max(60)
            .hint("写明违法行为，如“特种作业人员未取得资格上岗作业”"),
        FieldSpec::new("parties", "当事人", Kind::List(party)),
        FieldSpec::new("facts", "事实、理由和依据", Kind::Paragraph).max(3000),
        FieldSpec::new("kinds", "拟处罚种类", Kind::MultiChoice(kinds)),
        FieldSpec::new("grade", "裁量阶次", Kind::Choice(grades)),
        FieldSpec::new("fine", "拟罚款", Kind::Money).hint("以元计"),
        FieldSpec::new("served_at", "送达时间", Kind::DateTime),
        FieldSpec::new("until", "整改期限", Kind::Date).optional(),
        FieldSpec::new("copies", "份数", Kind::Number { min: 1, max: 9, unit: "份" }),
        FieldSpec::new("officer", "第二名执法人员", Kind::Staff(people)),
        FieldSpec::new("shown", "已出示执法证件并告知权利", Kind::Flag),
    ]
}

/// `/gallery/list`: a list with filters, order and pages.
pub async fn list(State(shell): State<Shell>, uri: axum::http::Uri) -> Response {
    let query = Query::new("/gallery/list", uri.query());
    let names = ["示例化工有限公司", "示例烟花爆竹店", "示例加油站", "示例建材厂"];
    let rows = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            vec![
                html! { a href="#" { (name) "未按规定培训案" } br; span.meta.no { "（示）应急立〔2026〕" (at + 9) "号" } },
                html! { "告知" },
                html! { (show::tag(if at == 0 { Tone::Near } else { Tone::Plain }, if at == 0 { "5 天" } else { "57 天" })) },
                show::money(3_000_000 * i64::try_from(at + 1).unwrap_or(1)),
                html! { "执法人员甲、执法人员乙" },
            ]
        })
        .collect();
    let body = html! {
        (page::heading(None, "案件", None, Some(html! { a.btn href="#" { "登记线索" } a.btn.quiet href="#" { "导出本页" } })))
        section.card {
            (filters(&[
                Filter { name: "q", label: "案号、当事人、案由", kind: FilterKind::Words },
                Filter { name: "stage", label: "阶段", kind: FilterKind::OneOf(vec![("inquiry", "调查"), ("notice", "告知")]) },
                Filter { name: "from", label: "立案不早于", kind: FilterKind::Day },
            ], &query))
            p { label for="narrow" { "在本页中查找 " } input #narrow type="text" data-filters="cases"; }
            (table(&Table {
                caption: "案件", id: "cases",
                columns: vec![
                    Column::sorted("案件", "number"), Column::new("阶段"), Column::sorted("最近期限", "due"),
                    Column::sorted("拟罚款", "fine").figures(), Column::new("承办"),
                ],
                rows, query: &query, next: Some("x1".into()), empty: ("没有案件", html! {}),
            }))
        }
    };
    office(&shell, "列表", Width::Middle, body)
}

/// `/gallery/parts`: notices, refusals, tags, empty states.
pub async fn parts(State(shell): State<Shell>) -> Response {
    let tones = [
        (Tone::Plain, "普通"),
        (Tone::Ok, "已核验"),
        (Tone::Near, "临近届满"),
        (Tone::Seal, "已超期"),
        (Tone::Info, "说明"),
    ];
    let proofs =
        [ProofState::Pending, ProofState::Sequenced, ProofState::Checkpointed, ProofState::Witnessed];
    let standings = [Standing::Done, Standing::Now, Standing::Ahead, Standing::Skipped, Standing::Stopped];
    let all: Vec<Stop<'_>> =
        standings.map(|standing| Stop { label: "阶段", standing, note: String::new() }).to_vec();
    let body = html! {
        (page::heading(None, "零件", None, None))
        (show::notice(Tone::Ok, "已送审", html! { p { "送审表已制成，法制审核机构已收到。" } }))
        (show::notice(Tone::Near, "证件将于 30 日内到期", html! {}))
        (show::refused(&window_open()))
        (rail("各种状态", &all))
        div.three {
            (show::card("标记", html! {
                p { @for (tone, words) in tones { (show::tag(tone, words)) " " } }
                p { @for it in proofs { (show::proof(it)) " " } }
            }))
            (show::card("事实", show::facts(&[
                ("证件编号", html! { "示00001" }), ("执法区域", html! { "示例县" }),
                ("摘要", show::digest("6ca13d52ca70c883e0f0bb101e425a89e8624de51db2d2392593af6a84118090")),
            ])))
            (show::card("空的", show::empty("没有等您审批的事项", html! { a href="#" { "看已办的" } })))
        }
        div.buttons {
            a.btn href="#" { "要紧的动作" } a.btn.quiet href="#" { "其他动作" }
            button.btn.plain { "文字按钮" } button.btn disabled { "不能按" }
        }
    };
    office(&shell, "零件", Width::Middle, body)
}

/// `/gallery/portal`: the public face.
pub async fn portal(State(shell): State<Shell>) -> Response {
    let hero = html! {
        div.hero { div {
            section {
                h1 { "查一个决定，问一个答案" }
                form.find role="search" {
                    input type="search" aria-label="查找" placeholder="单位名称、决定书文号、事项、法条";
                    button.btn { "查找" }
                }
            }
            section.card.decisive {
                h2 { "核验一份文书或一个人" }
                p.meta { "扫纸面二维码，或输入核验码。不必相信我们：证明可以自己下载核对。" }
                form.find { input type="text" aria-label="核验码" placeholder="如 7K3M-92QF"; button.btn { "核验" } }
            }
        } }
    };
    let body = html! {
        div.three {
            div.card.figure { strong { "100%" } "本月按期公示（7 个工作日内）" }
            div.card.figure { strong { "2" } "本月撤下，均在 3 个工作日内" }
            div.card.figure { strong { "38 秒前" } "最近一次见证" }
        }
        section.card.tombstone { h2 { "已撤下：决定被依法撤销" } p.meta { "撤销 3月4日 → 撤下 3月5日" } }
    };
    page::portal(&shell.site, "示例", "", Width::Middle, Some(hero), html! { div.stack { (body) } })
        .into_response()
}
