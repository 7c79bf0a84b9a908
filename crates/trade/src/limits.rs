//! Every limit of the language, with its unit and the reason for its size.
//!
//! Text limits count UTF-8 bytes: one Hangul syllable takes three.

/// Bytes of one signed document. An RFP with every list and text full takes 5.4 MB, nearly all of it its [`LINES`]; a
/// peer buffers at most one such document a stream.
pub const MAX_DOCUMENT_BYTES: usize = 6 * 1024 * 1024;

/// Bytes of one signed listing: 27 kB with every list and text full. A directory keeps one for each seller, a million
/// of them on one disk.
pub const MAX_LISTING_BYTES: usize = 32 * 1024;

/// Bytes of the signed final terms of one deal: 670 kB for [`LINES`] lines with category, name and price, all full.
pub const MAX_TERMS_BYTES: usize = 1024 * 1024;

/// Lines of one RFP, bid or order. Real tenders reach 330 lines; three times that leaves room.
pub const LINES: usize = 1000;

/// Lots of one RFP. Large framework tenders have a few dozen.
pub const LOTS: usize = 100;

/// Criteria of one RFP. Nobody weighs more than a handful; the arithmetic stays on one screen.
pub const CRITERIA: usize = 16;

/// Attachments of one document; each is a hash, not the file.
pub const ATTACHMENTS: usize = 32;

/// Bytes of one attached file: a set of drawings or a catalogue as PDF, not a film. At [`BLOB_CHUNK_BYTES`] a request
/// it takes 128 requests.
pub const MAX_ATTACHMENT_BYTES: u64 = 64 * 1024 * 1024;

/// Bytes of a file that one answer carries: 17 s at 256 kbit/s, within the time for an answer, and 26 MB/s where a
/// request and its answer take 20 ms.
pub const BLOB_CHUNK_BYTES: u64 = 512 * 1024;

/// Bytes of a request for a piece of a file: two ids and an offset take 64; the rest is room for what later versions
/// put beside them.
pub const MAX_BLOB_REQUEST_BYTES: usize = 1024;

/// Bytes of an answer on `/opener/blob/1`: one piece of [`BLOB_CHUNK_BYTES`], or a reason with [`REMARK_BYTES`].
pub const MAX_BLOB_RESPONSE_BYTES: usize = BLOB_CHUNK_BYTES as usize + 2048;

/// Properties (name and value) of one line.
pub const PROPERTIES: usize = 8;

/// Categories of one line.
pub const LINE_CATEGORIES: usize = 4;

/// Categories of one listing: what a general store sells, by code.
pub const LISTING_CATEGORIES: usize = 64;

/// Charges of one bid (freight, packing, insurance, …).
pub const CHARGES: usize = 32;

/// Taxes of one bid; a country has a handful of rates.
pub const TAXES: usize = 16;

/// Changes of one counter-offer: each of [`LINES`], each of [`CHARGES`] and as many new ones, and five terms take 1069.
pub const CHANGES: usize = 1100;

/// Deviations that one bid declares.
pub const DEVIATIONS: usize = 100;

/// Currencies that an RFP or a listing accepts.
pub const CURRENCIES: usize = 16;

/// Directories whose time stamps one RFP lets count: as many as a peer uses at once.
pub const STAMPS: usize = 8;

/// Languages that a listing names.
pub const LANGUAGES: usize = 8;

/// Addresses of one peer: two transports on a few interfaces, and relays.
pub const ADDRESSES: usize = 16;

/// Bytes of one address in text form.
pub const ADDRESS_BYTES: usize = 256;

/// Capabilities that a listing names.
pub const CAPABILITIES: usize = 16;

/// Links in one bid.
pub const URLS: usize = 16;

/// Bytes of one link; what browsers and servers commonly accept.
pub const URL_BYTES: usize = 2048;

/// Bytes of a name or title: one line on a screen, in any script.
pub const NAME_BYTES: usize = 256;

/// Bytes of a line's description: a paragraph.
pub const LINE_DESCRIPTION_BYTES: usize = 1024;

/// Bytes of an RFP's description: some pages.
pub const DESCRIPTION_BYTES: usize = 16 * 1024;

/// Bytes of a remark, a reason, a term of payment.
pub const REMARK_BYTES: usize = 1024;

/// Bytes of one chat message.
pub const CHAT_BYTES: usize = 4 * 1024;

/// Bytes of a question and of its restatement in the answer: a few paragraphs.
pub const QUESTION_BYTES: usize = 4 * 1024;

/// Bytes of the answer to a question: some pages, because it may hold a list or a specification.
pub const ANSWER_BYTES: usize = 16 * 1024;

/// Bytes of a code or label: a category code, a property name, a quote number.
pub const LABEL_BYTES: usize = 64;

/// Bytes of a classification scheme's name. National catalogues spell theirs out; the longest met takes 109.
pub const SCHEME_BYTES: usize = 128;

/// Bytes of the words of a listing or a query.
pub const WORDS_BYTES: usize = 2048;

/// Characters of a decimal number: 29 digits (a whole part below 2^96 and at most 28 decimals), a sign and a point.
pub const NUMBER_CHARS: usize = 31;

/// Categories of one directory query: those of a large request, its common ones first.
pub const MATCH_CATEGORIES: usize = 32;

/// Hashes of a proof in a directory's log: one for each doubling, so enough for more terms than are ever signed.
pub const LOG_PATH: usize = 64;

/// Leaves of a directory's log: 2⁴⁸, far beyond what any machine keeps, and far from where arithmetic ends.
pub const MAX_LOG_LEAVES: u64 = 1 << 48;

/// Months in an answer about prices: two years.
pub const PRICE_MONTHS: usize = 24;

/// Listings in one page of a directory's answer: of the largest, [`MAX_LISTING_BYTES`] each, a page stays below a
/// mebibyte.
pub const MATCH_PAGE: usize = 30;

/// Bytes of a request to a directory: the two signed final terms of `report`, and little else.
pub const MAX_DIRECTORY_REQUEST_BYTES: usize = 2 * MAX_TERMS_BYTES + 4096;

/// Bytes of a directory's answer: a full page of the largest listings.
pub const MAX_DIRECTORY_RESPONSE_BYTES: usize = MATCH_PAGE * (MAX_LISTING_BYTES + 64) + 4096;

/// Bytes of a session description in a call: a browser's with two media and a data channel takes 6 kB, the rest is room
/// for further codecs and candidates.
pub const CALL_SDP_BYTES: usize = 16 * 1024;

/// Bytes of one candidate's line: a browser's takes 150, one with two IPv6 addresses and extensions 220.
pub const CALL_CANDIDATE_BYTES: usize = 256;

/// Candidates of one document: a computer with four interfaces and two relays has about so many.
pub const CALL_CANDIDATES: usize = 16;

/// Bytes of a signed document of a call: the description or the candidates, both full, and the header.
pub const MAX_CALL_BYTES: usize = CALL_SDP_BYTES + 4096;

/// Bytes of a signed receipt or failure.
pub const MAX_RECEIPT_BYTES: usize = 4096;

/// Milliseconds that one document may claim to live from its issue: two years. Frameworks are re-issued yearly.
pub const MAX_LIFETIME_MS: i64 = 2 * 366 * 24 * 3600 * 1000;

/// Kilometres of a search or delivery radius: half the Earth's circumference reaches everywhere.
pub const MAX_RADIUS_KM: u32 = 20_038;

/// Rounds of counter-offers that an RFP may allow.
pub const MAX_ROUNDS: u8 = 20;
