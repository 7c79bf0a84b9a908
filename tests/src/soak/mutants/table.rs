//! The table: each countermeasure, and the test that fails without it.

use opener_trade::switch::Countermeasure;

/// A countermeasure and the test that misses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mutant {
    /// What is left out.
    pub off: Countermeasure,
    /// The suite: the name of the library for unit tests, else of the test target.
    pub suite: &'static str,
    /// The test, with its modules.
    pub test: &'static str,
}

/// All of them.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        off: Countermeasure::SignatureDomain,
        suite: "compat",
        test: "hostile::a_signature_over_other_additional_data_is_refused",
    },
    Mutant {
        off: Countermeasure::StrictSignature,
        suite: "compat",
        test: "signatures::a_signature_with_a_commitment_of_small_order_is_refused",
    },
    Mutant {
        off: Countermeasure::SignerIsNamed,
        suite: "opener_trade",
        test: "envelope::tests::nobody_signs_in_anothers_name",
    },
    Mutant {
        off: Countermeasure::CriticalHeader,
        suite: "compat",
        test: "vectors::a_critical_header_is_refused_as_a_newer_version",
    },
    Mutant {
        off: Countermeasure::UnsignedHeader,
        suite: "compat",
        test: "hostile::what_is_not_signed_carries_nothing_but_the_key",
    },
    Mutant {
        off: Countermeasure::SizeLimit,
        suite: "opener_trade",
        test: "envelope::tests::a_document_over_its_limit_is_neither_signed_nor_read",
    },
    Mutant {
        off: Countermeasure::ExactSum,
        suite: "opener_trade",
        test: "document::tests::bid::a_wrong_sum_is_refused",
    },
    Mutant {
        off: Countermeasure::ChainOrder,
        suite: "opener_negotiation",
        test: "dialogue::tests::void::a_gap_waits_and_another_continuation_is_refused_with_the_head",
    },
    Mutant {
        off: Countermeasure::PreviousHash,
        suite: "opener_negotiation",
        test: "dialogue::tests::void::a_gap_waits_and_another_continuation_is_refused_with_the_head",
    },
    Mutant {
        off: Countermeasure::ReplayCheck,
        suite: "stories",
        test: "delivery::a_repeated_document_gets_the_same_receipt_and_no_second_effect",
    },
    Mutant {
        off: Countermeasure::ReceiptAfterCommit,
        suite: "stories",
        test: "crash::the_losing_seller_may_crash_at_every_step",
    },
    Mutant {
        off: Countermeasure::SignerDelivers,
        suite: "stories",
        test: "attacker::a_document_with_another_signature_or_under_another_name_is_refused",
    },
    Mutant {
        off: Countermeasure::Recipient,
        suite: "stories",
        test: "attacker::a_document_for_another_recipient_is_refused",
    },
    Mutant {
        off: Countermeasure::Invitation,
        suite: "stories",
        test: "attacker::somebody_who_was_not_invited_is_refused",
    },
    Mutant {
        off: Countermeasure::Block,
        suite: "stories",
        test: "attacker::a_blocked_contact_gets_nothing_in",
    },
    Mutant {
        off: Countermeasure::RateLimit,
        suite: "stories",
        test: "attacker::a_flood_is_slowed_down",
    },
    Mutant {
        off: Countermeasure::ClockSkew,
        suite: "stories",
        test: "time::a_clock_in_doubt_refuses_what_a_deadline_decides_until_it_is_confirmed",
    },
    Mutant {
        off: Countermeasure::DocumentExpiry,
        suite: "opener_negotiation",
        test: "dialogue::tests::cancel::an_expired_document_is_void_and_its_chain_goes_on",
    },
    Mutant {
        off: Countermeasure::BidExpiry,
        suite: "opener_negotiation",
        test: "dialogue::tests::order::an_expired_bid_cannot_be_ordered_at_either_side",
    },
    Mutant {
        off: Countermeasure::LateBid,
        suite: "opener_negotiation",
        test: "dialogue::tests::late::a_late_bid_is_kept_and_excluded",
    },
    Mutant {
        off: Countermeasure::FirmBid,
        suite: "opener_negotiation",
        test: "dialogue::tests::firm::a_firm_bid_gets_no_dearer",
    },
    Mutant {
        off: Countermeasure::FirmWithdrawal,
        suite: "opener_negotiation",
        test: "dialogue::tests::withdraw::a_firm_bid_cannot_be_withdrawn_until_it_is_firm_no_more",
    },
    Mutant {
        off: Countermeasure::ExtensionShortens,
        suite: "opener_negotiation",
        test: "dialogue::tests::extend::an_extension_shortens_nothing_and_names_the_offer_that_stands",
    },
    Mutant {
        off: Countermeasure::HoldShortens,
        suite: "opener_negotiation",
        test: "dialogue::tests::extend::a_hold_is_never_shortened_and_needs_an_offer_that_lasts_as_long",
    },
    Mutant {
        off: Countermeasure::Hold,
        suite: "opener_negotiation",
        test: "request::tests::revise::what_is_held_for_one_seller_goes_to_nobody_else_until_then",
    },
    Mutant {
        off: Countermeasure::RoundLimit,
        suite: "opener_negotiation",
        test: "dialogue::tests::counter::the_sides_counter_in_turn_until_the_rounds_are_used_up",
    },
    Mutant {
        off: Countermeasure::StaleCounter,
        suite: "opener_negotiation",
        test: "dialogue::tests::counter::a_counter_offer_names_its_offer_its_round_and_a_time_within_the_offers",
    },
    Mutant {
        off: Countermeasure::StaleOrder,
        suite: "opener_negotiation",
        test: "dialogue::tests::late::an_order_on_a_replaced_bid_is_stale_and_names_the_newer_one",
    },
    Mutant {
        off: Countermeasure::OfferedQuantity,
        suite: "opener_negotiation",
        test: "dialogue::tests::order::an_order_takes_what_is_offered_and_no_more",
    },
    Mutant {
        off: Countermeasure::QuantityReservation,
        suite: "markets",
        test: "two_hundred_markets_settle",
    },
    Mutant {
        off: Countermeasure::PromiseKept,
        suite: "opener_negotiation",
        test: "dialogue::tests::accept::a_seller_does_not_refuse_or_change_what_its_bid_promised",
    },
    Mutant {
        off: Countermeasure::LateAnswer,
        suite: "opener_negotiation",
        test: "dialogue::tests::lapse::an_answer_in_the_last_moment_counts_and_a_later_one_is_void_and_lapses",
    },
    Mutant {
        off: Countermeasure::ContractByReceipt,
        suite: "markets",
        test: "two_hundred_markets_settle",
    },
    Mutant {
        off: Countermeasure::AgreementRepeats,
        suite: "opener_negotiation",
        test: "dialogue::tests::amend::an_agreement_to_something_else_is_refused",
    },
    Mutant {
        off: Countermeasure::AgreementInTime,
        suite: "opener_negotiation",
        test: "dialogue::tests::amend::the_proposers_clock_judges_until_when_it_is_agreed_to",
    },
    Mutant {
        off: Countermeasure::AgreedStays,
        suite: "opener_negotiation",
        test: "dialogue::tests::amend::what_is_agreed_is_not_taken_back",
    },
    Mutant {
        off: Countermeasure::ChangedQuantity,
        suite: "opener_negotiation",
        test: "dialogue::tests::amend::a_proposal_keeps_to_the_request_and_changes_something",
    },
    Mutant {
        off: Countermeasure::UnitOfRequest,
        suite: "stories",
        test: "award::quantities_in_another_unit_count_in_the_one_that_was_asked_for",
    },
    Mutant {
        off: Countermeasure::EarlyRelease,
        suite: "opener_negotiation",
        test: "dialogue::tests::release::nothing_is_released_before_its_time",
    },
    Mutant {
        off: Countermeasure::KnownContract,
        suite: "opener_negotiation",
        test: "dialogue::tests::release::a_seller_that_is_proved_to_have_known_releases_nothing",
    },
    Mutant {
        off: Countermeasure::OneLastRound,
        suite: "opener_negotiation",
        test: "dialogue::tests::last_round::the_round_comes_after_the_deadline_once_and_only_where_a_bid_stands",
    },
    Mutant {
        off: Countermeasure::OneLastBid,
        suite: "opener_negotiation",
        test: "dialogue::tests::last_round::there_is_one_bid_in_the_last_round",
    },
    Mutant {
        off: Countermeasure::CounterAfterLastRound,
        suite: "opener_negotiation",
        test: "dialogue::tests::last_round::no_counter_offer_follows_the_question_for_the_last_bid",
    },
    Mutant {
        off: Countermeasure::OrderAfterLastRound,
        suite: "opener_negotiation",
        test: "dialogue::tests::last_round::no_order_comes_before_the_deadline_of_the_last_round",
    },
    Mutant {
        off: Countermeasure::OrderOfMoments,
        suite: "stories",
        test: "one_moment::what_falls_into_one_millisecond_has_an_order_in_the_export",
    },
    Mutant {
        off: Countermeasure::QuestionCutOff,
        suite: "opener_negotiation",
        test: "dialogue::tests::questions::a_question_counts_until_the_cut_off_by_the_buyers_clock",
    },
    Mutant {
        off: Countermeasure::FrameLimit,
        suite: "opener_net",
        test: "frame::tests::one_byte_more_is_refused_on_both_sides_before_anything_is_written_or_allocated",
    },
    Mutant {
        off: Countermeasure::ListingSigner,
        suite: "directory",
        test: "register::nobody_registers_the_listing_of_somebody_else",
    },
    Mutant {
        off: Countermeasure::ListingSequence,
        suite: "directory",
        test: "register::seq_must_rise_and_the_same_bytes_are_the_same_registration",
    },
    Mutant {
        off: Countermeasure::ReportSigners,
        suite: "directory",
        test: "report::signatures_must_be_of_the_two_parties_in_their_places_over_the_same_bytes",
    },
    Mutant {
        off: Countermeasure::GatewayToken,
        suite: "gateway",
        test: "door::without_the_right_token_nothing_is_done",
    },
    Mutant {
        off: Countermeasure::GatewayHost,
        suite: "gateway",
        test: "door::a_name_that_was_pointed_at_this_computer_is_not_our_host",
    },
    Mutant {
        off: Countermeasure::GatewayOrigin,
        suite: "gateway",
        test: "door::a_page_of_another_origin_may_not_ask",
    },
];
