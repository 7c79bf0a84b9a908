//! The request and its cancellation.

use opener_trade::{
    Category, Duration, Period,
    document::{
        BidRules, CommitmentKind, Criterion, Delivery, Direction, Disclosure, Document, Incoterm,
        IncotermRule, Line, Lot, Measure, Property, Rfp, RfpCancel, Schedule, TaxBasis,
    },
};

use crate::actors::{
    Actor, after, at, attachment, document, first, list, number, parse, party, place, quantity,
    text,
};

use super::{answer, id_of};

fn category(scheme: &str, version: Option<&str>, code: &str) -> Category {
    Category {
        scheme: text(scheme),
        version: version.map(text),
        code: text(code),
    }
}

fn criterion(
    name: &str,
    weight: &str,
    measure: Measure,
    direction: Direction,
    best: &str,
    worst: &str,
) -> Criterion {
    Criterion {
        name: text(name),
        weight: number(weight),
        direction,
        best: number(best),
        worst: number(worst),
        knock_out: measure == Measure::Total,
        measure,
    }
}

fn lines() -> Vec<Line> {
    let chair = Line {
        number: 1,
        name: text("사무용 의자"),
        description: text("메시 등받이, 높이 조절 팔걸이\n검정 또는 회색"),
        quantity: quantity("120 H87"),
        categories: list(vec![
            category("UNSPSC", Some("26.0801"), "56112102"),
            category("CPV", Some("2008"), "39112000-0"),
        ]),
        properties: list(vec![
            Property {
                name: text("색상"),
                value: text("검정"),
            },
            Property {
                name: text("하중"),
                value: text("130 kg"),
            },
        ]),
        delivery: None,
        optional: false,
        lot: Some(1),
    };
    let desk = Line {
        number: 2,
        name: text("높이 조절 책상"),
        description: text(""),
        quantity: quantity("40 H87"),
        categories: list(vec![category("UNSPSC", None, "56101703")]),
        properties: list(vec![]),
        delivery: Some(Delivery {
            place: place("KR", "인천광역시 연수구 송도동", 37_382_000, 126_656_000),
            window: Some(Period {
                from: at("2026-12-07T00:00:00Z"),
                until: at("2026-12-11T09:00:00Z"),
            }),
        }),
        optional: false,
        lot: Some(1),
    };
    let screws = Line {
        number: 3,
        name: text("조립용 나사 M6×20"),
        description: text("아연 도금"),
        quantity: quantity("2500 H87"),
        categories: list(vec![]),
        properties: list(vec![]),
        delivery: None,
        optional: true,
        lot: Some(2),
    };
    vec![chair, desk, screws]
}

/// The request: chairs, desks and screws, in won or euro.
pub fn rfp() -> Document<Rfp> {
    let schedule = Schedule {
        open: at("2026-11-02T00:00:00Z"),
        question_cutoff: Some(at("2026-11-10T09:00:00Z")),
        bid_deadline: at("2026-11-16T05:00:00Z"),
        award_by: at("2026-11-20T09:00:00Z"),
    };
    let body = Rfp {
        revision: 1,
        title: text("사무용 의자 120개와 책상 40개"),
        description: text(
            "신사옥 이전에 따른 사무 가구 구매입니다.\n설치와 포장재 수거를 포함해 주십시오.",
        ),
        language: parse("ko"),
        buyer: party(Actor::Buyer),
        schedule,
        rules: BidRules {
            commitment: CommitmentKind::Firm,
            validity: Duration::from_secs(14 * 24 * 3600),
            partial: true,
            alternatives: true,
            repeated: true,
            max_rounds: 3,
            extension: Duration::from_secs(24 * 3600),
            tax_basis: TaxBasis::Net,
        },
        currencies: list(vec![parse("KRW"), parse("EUR")]),
        delivery: Delivery {
            place: place(
                "KR",
                "서울특별시 마포구 월드컵북로 400",
                37_579_600,
                126_889_100,
            ),
            window: Some(Period {
                from: at("2026-12-01T00:00:00Z"),
                until: at("2026-12-11T09:00:00Z"),
            }),
        },
        incoterm: Some(Incoterm {
            rule: IncotermRule::Ddp,
            place: text("서울 상암동"),
            year: 2020,
        }),
        payment: Some(text("검수 후 30일 이내")),
        criteria: list(vec![
            criterion(
                "가격",
                "60",
                Measure::Total,
                Direction::Lower,
                "15000000",
                "30000000",
            ),
            criterion(
                "납기",
                "20",
                Measure::LeadTimeDays,
                Direction::Lower,
                "5",
                "40",
            ),
            criterion(
                "보증",
                "12.5",
                Measure::Answer,
                Direction::Higher,
                "60",
                "12",
            ),
            criterion(
                "평판",
                "7.5",
                Measure::Assessment,
                Direction::Higher,
                "1",
                "0",
            ),
        ]),
        disclosure: Disclosure::Full,
        attachments: list(vec![attachment("배치도.pdf", 0xa1)]),
        lots: list(vec![
            Lot {
                number: 1,
                title: text("가구"),
            },
            Lot {
                number: 2,
                title: text("부속품"),
            },
        ]),
        lines: list(lines()),
        stamps: list(vec![]),
    };
    document(first(Actor::Buyer, None, "2026-11-02T00:00:00Z"), body)
}

/// The second revision, after the answer to a question: more chairs, deeper desks, no screws but lamps, more time.
pub fn rfp_revised() -> Document<Rfp> {
    let first_revision = rfp();
    let mut body = first_revision.body;
    body.revision = 2;
    body.schedule.bid_deadline = at("2026-11-18T05:00:00Z");
    let mut lines = lines();
    lines[0].quantity = quantity("130 H87");
    lines[1].description = text("깊이 800 mm");
    lines[2] = Line {
        number: 4,
        name: text("책상용 조명"),
        description: text(""),
        quantity: quantity("40 H87"),
        ..lines[2].clone()
    };
    body.lines = list(lines);
    let header = first(Actor::Buyer, None, "2026-11-05T01:00:00Z");
    document(after(id_of(Actor::Buyer, answer()), 3, header), body)
}

/// The buyer calls it off.
pub fn rfp_cancel() -> Document<RfpCancel> {
    let rfp = id_of(Actor::Buyer, rfp());
    let body = RfpCancel {
        rfp,
        reason: text("이전 계획이 취소되었습니다."),
    };
    document(
        after(rfp, 2, first(Actor::Buyer, None, "2026-11-05T02:30:00Z")),
        body,
    )
}
