//! What tray and notifications say, in the person's language. The page has its own words.

use serde::{Deserialize, Serialize};

use crate::capture::Device;

/// A language of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Korean.
    Ko,
}

impl Language {
    /// Both words for one thing.
    const fn of(self, english: &'static str, korean: &'static str) -> &'static str {
        match self {
            Language::En => english,
            Language::Ko => korean,
        }
    }

    /// The program's name.
    pub const fn name(self) -> &'static str {
        self.of("Opener", "오프너")
    }

    /// Tray: shows the window.
    pub const fn open(self) -> &'static str {
        self.of("Open", "열기")
    }

    /// Tray: ends the program.
    pub const fn quit(self) -> &'static str {
        self.of(
            "Quit: no more requests arrive",
            "종료: 요청을 더 받지 않습니다",
        )
    }

    /// Tray: the key waits for its passphrase.
    pub const fn locked(self) -> &'static str {
        self.of(
            "Locked: open and type the passphrase",
            "잠김: 열어서 암호문을 입력하세요",
        )
    }

    /// The question before a device is used: title, and text.
    pub const fn may_capture(self, device: Device) -> (&'static str, &'static str) {
        let title = match device {
            Device::Camera => self.of("May Opener use the camera?", "카메라를 사용할까요?"),
            Device::Microphone => self.of("May Opener use the microphone?", "마이크를 사용할까요?"),
        };
        let text = self.of(
            "For calls that you make or take, until you quit. Only the other side of the call gets what it takes up.",
            "종료할 때까지 직접 걸거나 받는 통화에만 사용합니다. 통화 상대방에게만 전달됩니다.",
        );
        (title, text)
    }

    /// Yes, it may.
    pub const fn allow(self) -> &'static str {
        self.of("Allow", "허용")
    }

    /// No, it may not.
    pub const fn refuse(self) -> &'static str {
        self.of("Do not allow", "허용 안 함")
    }

    /// Tray: so many things wait.
    pub fn waiting(self, count: usize) -> String {
        match (self, count) {
            (Language::En, 0) => "Nothing is waiting".to_owned(),
            (Language::En, 1) => "1 thing is waiting for you".to_owned(),
            (Language::En, _) => format!("{count} things are waiting for you"),
            (Language::Ko, 0) => "기다리는 일이 없습니다".to_owned(),
            (Language::Ko, _) => format!("확인할 일이 {count}건 있습니다"),
        }
    }

    /// The window was closed for the first time.
    pub const fn still_here(self) -> (&'static str, &'static str) {
        match self {
            Language::En => (
                "Opener keeps running",
                "Requests and bids still reach you. Start Opener again to see the window; its menu in the tray quits.",
            ),
            Language::Ko => (
                "오프너는 계속 실행됩니다",
                "요청과 견적을 계속 받습니다. 창을 다시 보려면 오프너를 다시 시작하고, 끝내려면 트레이 메뉴에서 종료하세요.",
            ),
        }
    }

    /// Title of the message that a file was not saved.
    pub const fn not_saved(self) -> &'static str {
        self.of("The file was not saved", "파일을 저장하지 못했습니다")
    }

    /// What a notice of this kind says.
    pub fn notice(self, kind: &str) -> &'static str {
        let row = NOTICES.iter().find(|row| row.0 == kind);
        row.map_or_else(
            || self.of("Something needs you", "확인이 필요합니다"),
            |row| self.of(row.1, row.2),
        )
    }
}

/// Kind of a notice, English, Korean. What is not in here is news without hurry, or of a newer version.
const NOTICES: &[(&str, &str, &str)] = &[
    ("request_arrived", "A new request", "새 요청이 왔습니다"),
    (
        "request_cancelled",
        "A request was called off",
        "요청이 취소되었습니다",
    ),
    (
        "request_revised",
        "A request was revised: confirm your bid",
        "요청이 수정되었습니다: 견적을 확인하세요",
    ),
    (
        "question_arrived",
        "A seller asks you something",
        "판매자의 질문이 왔습니다",
    ),
    (
        "answer_arrived",
        "The buyer has answered a question",
        "구매자가 질문에 답했습니다",
    ),
    ("chat_arrived", "A message", "메시지가 왔습니다"),
    ("call_arrived", "A video call", "영상 통화가 왔습니다"),
    ("call_missed", "A missed call", "부재중 통화가 있습니다"),
    (
        "intent_arrived",
        "A seller means to bid",
        "판매자가 견적을 준비합니다",
    ),
    (
        "seller_declined",
        "A seller will not bid",
        "판매자가 거절했습니다",
    ),
    ("bid_arrived", "A bid has arrived", "견적이 도착했습니다"),
    (
        "bid_reconfirmed",
        "A bid was confirmed",
        "견적이 다시 확인되었습니다",
    ),
    (
        "bid_not_reconfirmed",
        "A bid was not confirmed in time",
        "견적이 제때 확인되지 않았습니다",
    ),
    (
        "late_bid_arrived",
        "A bid has arrived late",
        "견적이 늦게 도착했습니다",
    ),
    (
        "bid_was_late",
        "Your bid was late",
        "보낸 견적이 늦었습니다",
    ),
    (
        "bid_withdrawn",
        "A bid was taken back",
        "견적이 철회되었습니다",
    ),
    ("bid_expired", "A bid has expired", "견적이 만료되었습니다"),
    (
        "bids_closed",
        "Bidding has ended: choose",
        "견적이 마감되었습니다: 선택하세요",
    ),
    (
        "no_bids",
        "Bidding has ended without a bid",
        "견적 없이 마감되었습니다",
    ),
    (
        "counter_arrived",
        "A counter-offer has arrived",
        "수정 제안이 왔습니다",
    ),
    (
        "counter_accepted",
        "Your counter-offer is accepted",
        "수정 제안이 수락되었습니다",
    ),
    (
        "counter_refused",
        "Your counter-offer is refused",
        "수정 제안이 거절되었습니다",
    ),
    (
        "extension_asked",
        "The buyer asks for more time",
        "구매자가 기한 연장을 요청합니다",
    ),
    (
        "extension_granted",
        "The seller gives more time",
        "판매자가 기한을 연장했습니다",
    ),
    (
        "order_arrived",
        "An order: answer it",
        "주문이 왔습니다: 답하세요",
    ),
    (
        "order_auto_accepted",
        "An order, accepted as you promised",
        "주문이 약속대로 수락되었습니다",
    ),
    (
        "order_changed",
        "Your order is accepted with changes",
        "주문이 변경되어 수락되었습니다",
    ),
    (
        "order_refused",
        "Your order is refused",
        "주문이 거절되었습니다",
    ),
    (
        "deal_concluded",
        "A deal is concluded",
        "계약이 성사되었습니다",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notice_has_words_in_both_languages() {
        for (kind, english, korean) in NOTICES {
            assert!(
                !english.is_empty() && korean.chars().any(|c| c > '\u{ac00}'),
                "{kind}"
            );
            assert_eq!(Language::En.notice(kind), *english);
            assert_eq!(Language::Ko.notice(kind), *korean);
        }
        assert_eq!(Language::Ko.notice("from_the_future"), "확인이 필요합니다");
    }

    #[test]
    fn one_thing_is_no_plural() {
        assert_eq!(Language::En.waiting(1), "1 thing is waiting for you");
        assert!(Language::En.waiting(12).starts_with("12 things"));
        assert!(Language::Ko.waiting(12).contains("12건"));
    }

    #[test]
    fn languages_are_named_as_the_page_names_them() {
        assert_eq!(serde_json::to_string(&Language::Ko).unwrap(), "\"ko\"");
    }
}
