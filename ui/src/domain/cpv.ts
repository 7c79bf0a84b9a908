import type { Locale } from "./money";

/** Common codes of the Common Procurement Vocabulary 2008, by what they are called. */
export const CPV: readonly { code: string; name: Record<Locale, string> }[] = [
  { code: "03000000-1", name: { en: "Farm and fishery produce", ko: "농수산물" } },
  { code: "14622000-7", name: { en: "Steel", ko: "철강" } },
  { code: "15000000-8", name: { en: "Food and drink", ko: "식음료" } },
  { code: "15861000-1", name: { en: "Coffee", ko: "커피" } },
  { code: "15863000-5", name: { en: "Tea", ko: "차" } },
  { code: "18100000-0", name: { en: "Workwear", ko: "작업복" } },
  { code: "18400000-3", name: { en: "Special clothing", ko: "특수 의류" } },
  { code: "19210000-1", name: { en: "Fabrics", ko: "직물" } },
  { code: "22000000-0", name: { en: "Printed matter", ko: "인쇄물" } },
  { code: "24000000-4", name: { en: "Chemicals", ko: "화학 제품" } },
  { code: "30125110-5", name: { en: "Toner", ko: "토너" } },
  { code: "30192100-2", name: { en: "Pens and erasers", ko: "펜과 지우개" } },
  { code: "30197000-6", name: { en: "Small office equipment", ko: "사무용품" } },
  { code: "30197630-1", name: { en: "Printing paper", ko: "인쇄 용지" } },
  { code: "30199230-1", name: { en: "Envelopes", ko: "봉투" } },
  { code: "30200000-1", name: { en: "Computers", ko: "컴퓨터" } },
  { code: "31000000-6", name: { en: "Electrical goods", ko: "전기 제품" } },
  { code: "31500000-1", name: { en: "Lighting", ko: "조명" } },
  { code: "32000000-3", name: { en: "Telecom goods", ko: "통신 장비" } },
  { code: "33000000-0", name: { en: "Medical goods", ko: "의료 용품" } },
  { code: "34000000-7", name: { en: "Vehicles and parts", ko: "차량과 부품" } },
  { code: "37000000-8", name: { en: "Sports and games", ko: "스포츠 용품" } },
  { code: "38000000-5", name: { en: "Laboratory equipment", ko: "실험 장비" } },
  { code: "39112000-0", name: { en: "Chairs", ko: "의자" } },
  { code: "39121000-6", name: { en: "Desks and tables", ko: "책상과 탁자" } },
  { code: "39121100-7", name: { en: "Desks", ko: "책상" } },
  { code: "39121200-8", name: { en: "Tables", ko: "탁자" } },
  { code: "39122000-3", name: { en: "Cabinets and bookcases", ko: "수납장과 책장" } },
  { code: "39130000-2", name: { en: "Office furniture", ko: "사무용 가구" } },
  { code: "39222100-5", name: { en: "Disposable cups", ko: "일회용 컵" } },
  { code: "39514000-4", name: { en: "Towels", ko: "수건" } },
  { code: "39515000-5", name: { en: "Curtains and blinds", ko: "커튼과 블라인드" } },
  { code: "42968100-0", name: { en: "Drink machines", ko: "음료 기계" } },
  { code: "44000000-0", name: { en: "Building materials", ko: "건축 자재" } },
  { code: "44163100-1", name: { en: "Pipes", ko: "파이프" } },
  { code: "44316000-8", name: { en: "Ironmongery, bolts", ko: "철물, 볼트" } },
  { code: "44334000-0", name: { en: "Steel profiles, rebar", ko: "형강, 철근" } },
  { code: "44620000-2", name: { en: "Radiators and boilers", ko: "난방 기기" } },
  { code: "45000000-7", name: { en: "Construction work", ko: "건설 공사" } },
  { code: "50000000-5", name: { en: "Repair and maintenance", ko: "수리와 유지 보수" } },
  { code: "55500000-5", name: { en: "Canteen and catering", ko: "급식과 케이터링" } },
  { code: "60000000-8", name: { en: "Transport", ko: "운송" } },
  { code: "72000000-5", name: { en: "IT services", ko: "정보 기술 서비스" } },
  { code: "79800000-2", name: { en: "Printing services", ko: "인쇄 서비스" } },
  { code: "90910000-9", name: { en: "Cleaning", ko: "청소" } },
];

/** Reads `CPV 39112000-0`, a bare CPV code, or `Chairs (39112000-0)`; nothing if it is none. */
export function readCategory(text: string): { scheme: string; code: string } | null {
  const bare = text.trim();
  const cpv = /(?:^|\()(\d{8}-\d)\)?$/.exec(bare);
  if (cpv?.[1]) return { scheme: "CPV", code: cpv[1] };
  const named = /^([A-Za-z][\w.-]*)\s+([\w.-]*\d[\w.-]*)$/.exec(bare);
  return named?.[1] && named[2] ? { scheme: named[1].toUpperCase(), code: named[2] } : null;
}

/** What people call a code of the list; else the code. */
export function categoryName(scheme: string, code: string, locale: Locale): string {
  const known = scheme === "CPV" ? CPV.find((one) => one.code === code) : undefined;
  return known ? `${known.name[locale]} (${code})` : `${scheme} ${code}`;
}
