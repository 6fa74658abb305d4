// The numbers a text states, and how exactly it states them.
//
// Digits also stand in names, dates, labels and list numbers. Where a rule can
// tell, they are no statements; where it cannot, they are doubtful, and what is
// doubtful is never called wrong.

import { numberWordsForm, readNumberWords } from "./number-words.ts";
import { type Unit, unitNamed } from "./units.ts";

/**
 * `claim` states an amount; `doubtful` may; `label` numbers something (a date, a table); `id` is part of a
 * name.
 */
export type NumberRole = "claim" | "doubtful" | "label" | "id";

/** One value a written number may have. */
export interface Reading {
  readonly value: number;
  /** Half a unit of the last digit written: how far the exact value may be. */
  readonly half: number;
}

export interface NumberMention extends Reading {
  /** As written, with its sign and unit. */
  readonly text: string;
  readonly at: number;
  readonly end: number;
  readonly role: NumberRole;
  readonly unit?: Unit;
  /** Another reading: "1,234" may be 1.234. */
  readonly other?: Reading;
  /** True when spelled as a word. */
  readonly isWord?: true;
  /** True when its unit stands after the other end of its range. */
  readonly unitIsShared?: true;
}

/** Most numbers read of one text. */
export const numberLimit = 1_000_000;

const months =
  "(?:Jan(?:uary)?|Feb(?:ruary)?|(?-i:Mar(?:ch)?|May)|Apr(?:il)?|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\\.?";
const dateForm =
  `(?<date>\\b\\d{4}-\\d{2}-\\d{2}(?:T[\\d:.]+Z?)?\\b|\\b\\d{1,2}[./]\\d{1,2}[./]\\d{4}\\b` +
  `|\\b\\d{1,2}(?:st|nd|rd|th)? ${months}(?:,? \\d{4})?\\b|\\b${months} \\d{1,2}(?:st|nd|rd|th)?(?:,? \\d{4})?\\b|\\b${months} \\d{4}\\b` +
  `|\\b\\d{1,2}:\\d{2}(?::\\d{2})?\\b)`;
const numberForm = [
  "(?<fraction>(?<![\\d./])(?:\\d{1,4}(?:[ \\u00a0-]| and ))?\\d{1,2}[/⁄](?:2|3|4|5|6|8|10|16)(?![\\d/.]\\d|\\d|/)|(?:\\d{1,4} ?)?[½¼¾⅓⅔⅛⅜⅝⅞])",
  "(?<version>\\d+\\.\\d+\\.\\d+[\\w.]*)",
  "(?<digits>\\d{1,3}(?:[,'’\\u00a0\\u2009\\u202f]\\d{3})+(?![\\d])(?:\\.\\d+)?|\\d+(?:[.,]\\d+)?|(?<![\\w.])\\.\\d+)",
  `(?<word>${numberWordsForm})`,
].join("|");

const forms = {
  labelled: new RegExp(`${dateForm}|${numberForm}`, "giu"),
  read: new RegExp(numberForm, "giu"),
} as const;

const power =
  /\s?[x×·*]\s?10(?:\^[({]?([-+−–]?\d{1,3})[)}]?|([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})|([-−–]\d{1,2}))|[eE]([-+−]?\d{1,3})(?![\w.])/y;
const scale = /[ \u00a0-]?(hundred|thousand|million|billion|trillion)\b|k(?![\p{L}\p{N}])/uy;
/** After an amount of money a letter is a scale: "$1.5m", "€2bn". */
const moneyScale = /[ \u00a0]?(mn|bn|tn|m|M|B|K)(?![\p{L}\p{N}])/uy;
const scales: Readonly<Record<string, number>> = {
  k: 3,
  hundred: 2,
  thousand: 3,
  million: 6,
  billion: 9,
  trillion: 12,
  mn: 6,
  bn: 9,
  tn: 12,
  m: 6,
  M: 6,
  B: 9,
  K: 3,
};
const unitForm = /[ \u00a0\u2009\u202f]?([%€$£×]|°[CF]|[A-Za-zµμÅ]{1,10})(?![\p{L}\p{N}])/uy;

/**
 * Reads every number of a text, in order. Linear in the text's length.
 *
 * @param dates `labelled`: a date is one label. `read`: its digits are numbers like any other, for a
 * caller who reads dates itself.
 */
export function readNumbers(text: string, dates: "labelled" | "read" = "labelled"): NumberMention[] {
  const form = forms[dates];
  const mentions: NumberMention[] = [];
  form.lastIndex = 0;
  for (
    let match = form.exec(text);
    match !== null && mentions.length < numberLimit;
    match = form.exec(text)
  ) {
    const mention = readMatch(text, match);
    mentions.push(mention);
    // A run of words may hold another number after the first.
    form.lastIndex =
      mention.isWord === true ? mention.end : Math.max(mention.end, match.index + match[0].length);
  }
  return shareUnits(text, mentions);
}

const rangeJoint = /^\s?(?:[-‐‑–—]|to|and|or)\s?(?:[$€£]\s?)?$/;

/** "5-10 mg" and "between 5 and 10 mg" are two amounts in mg. */
function shareUnits(text: string, mentions: readonly NumberMention[]): NumberMention[] {
  return mentions.map((it, index) => {
    const next = mentions[index + 1];
    if (next?.unit === undefined || it.unit !== undefined || it.role !== "claim") return it;
    const gap = text.slice(it.end, Math.max(it.end, next.at));
    if (gap.length > 8 || !rangeJoint.test(gap)) return it;
    const isRange = !/and|or/.test(gap) || /\bbetween\s$/i.test(text.slice(Math.max(0, it.at - 9), it.at));
    return isRange ? { ...it, unit: next.unit, unitIsShared: true as const } : it;
  });
}

function readMatch(text: string, match: RegExpExecArray): NumberMention {
  const at = match.index;
  const end = at + match[0].length;
  const { date, version, word, fraction } = match.groups as Record<string, string | undefined>;
  const plain = { text: match[0], at, end, half: 0 };
  if (date !== undefined)
    return { ...plain, role: "label", value: Number(/\d{4}/.exec(date)?.[0] ?? Number.NaN) };
  if (version !== undefined) return { ...plain, role: "id", value: Number.NaN };
  if (word !== undefined) return readWord(text, at, word);
  if (fraction !== undefined) return readFraction(text, at, fraction);
  return readDigits(text, at, match[0]);
}

function readWord(text: string, start: number, run: string): NumberMention {
  const [first] = readNumberWords(run);
  const { value, at, end } = { value: 0, at: 0, end: run.length, ...first };
  const place = { at: start + at, end: start + end, half: 0, value, isWord: true as const };
  const unit = unitAround(text, place.at, place.end);
  const isInWord =
    /[-\p{L}]/u.test(text.charAt(place.at - 1)) || /^-[\p{Lu}\p{N}]/u.test(text.slice(place.end));
  const role = isInWord || isOrdinalAfter(text, place.end) ? "id" : value < 2 ? "label" : "doubtful";
  // "One second" and "two minute details": a unit in words makes no claim of a word.
  return unit.unit === undefined || role !== "doubtful"
    ? { ...place, text: text.slice(place.at, place.end), role }
    : { ...place, text: text.slice(place.at, unit.end), end: unit.end, role, unit: unit.unit };
}

/** "twenty-first" is no twenty. */
function isOrdinalAfter(text: string, end: number): boolean {
  return /^-(?:first|second|third|\w{2,5}th)\b/.test(text.slice(end, end + 10));
}

const vulgar: Readonly<Record<string, number>> = {
  "½": 1 / 2,
  "¼": 1 / 4,
  "¾": 3 / 4,
  "⅓": 1 / 3,
  "⅔": 2 / 3,
  "⅛": 1 / 8,
  "⅜": 3 / 8,
  "⅝": 5 / 8,
  "⅞": 7 / 8,
};

/** "1 1/2", "1½" and "3/4"; the last may also be a score or a ratio. */
function readFraction(text: string, at: number, written: string): NumberMention {
  const sign = vulgar[written.at(-1)!];
  const parts = written.match(/\d+/g)?.map(Number) ?? [];
  const [over, under] = sign === undefined ? (parts.slice(-2) as [number, number]) : [sign, 1];
  const whole = parts.length === (sign === undefined ? 3 : 1) ? parts[0]! : 0;
  const unit = unitAround(text, at, at + written.length);
  const isPlain = sign === undefined && whole === 0;
  const isInWord = /[\p{L}_-]/u.test(text.charAt(at - 1)) || /\p{L}/u.test(text.charAt(at + written.length));
  return {
    value: whole + over / under,
    half: 0.005,
    text: text.slice(at, unit.end),
    at,
    end: unit.end,
    role: isInWord && isPlain ? "id" : isPlain ? "doubtful" : "claim",
    ...(unit.unit === undefined ? {} : { unit: unit.unit }),
  };
}

function readDigits(text: string, at: number, digits: string): NumberMention {
  const shift = powerAfter(text, at, at + digits.length);
  const readings = readingsOf(digits).map((it) => scaled(it, shift.exponent));
  const unit = unitAround(text, at, shift.end);
  const sign = signBefore(text, at);
  const start = sign === "" ? at : at - 1;
  const [first, other] = (sign === "-" ? readings.map((it) => ({ ...it, value: -it.value })) : readings) as [
    Reading,
    Reading?,
  ];
  const half = Math.max(first.half, roundedHalf(text, start, digits, first));
  return {
    value: first.value,
    half,
    text: text.slice(start, unit.end),
    at: start,
    end: unit.end,
    role: shift.end > at + digits.length ? "claim" : roleOf(text, at, at + digits.length, digits, unit.unit),
    ...(unit.unit === undefined ? {} : { unit: unit.unit }),
    ...(other === undefined ? {} : { other }),
  };
}

/** "1,234" is one thousand and more, or a decimal comma; "0,88" only the latter. */
function readingsOf(digits: string): Reading[] {
  const grouped = /^[1-9]\d{0,2}(?:[,'’\u00a0\u2009\u202f]\d{3})+(?:\.\d+)?$/.test(digits);
  const decimal = /^\d+,\d+$/.test(digits) ? [toReading(digits.replace(",", "."))] : [];
  if (!grouped)
    return decimal.length > 0 ? decimal : [toReading(digits.replace(/[,'’\u00a0\u2009\u202f]/g, ""))];
  return [toReading(digits.replace(/[^\d.]/g, "")), ...decimal];
}

function toReading(plain: string): Reading {
  const decimals = /\.(\d+)$/.exec(plain)?.[1]?.length ?? 0;
  return { value: Number(plain), half: 0.5 * 10 ** -decimals };
}

function scaled(reading: Reading, exponent: number): Reading {
  if (exponent === 0) return reading;
  return { value: Number(`${reading.value}e${exponent}`), half: reading.half * 10 ** exponent };
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function powerAfter(
  text: string,
  at: number,
  end: number,
): { readonly exponent: number; readonly end: number } {
  power.lastIndex = end;
  const raised = power.exec(text);
  if (raised !== null) {
    const given = raised[1] ?? raised[2] ?? raised[3] ?? raised[4] ?? "0";
    const plain = given
      .replace(/[−–⁻]/, "-")
      .replace("⁺", "")
      .replace(/[⁰¹²³⁴-⁹]/g, (it) => String(superscripts.indexOf(it)));
    return { exponent: Number(plain), end: power.lastIndex };
  }
  scale.lastIndex = end;
  moneyScale.lastIndex = end;
  const isMoney = /[$€£]\s?$|\b(?:USD|EUR|GBP|CHF)\s?$/.test(text.slice(Math.max(0, at - 4), at));
  const money = isMoney ? moneyScale.exec(text) : null;
  if (money !== null) return { exponent: scales[money[1]!]!, end: moneyScale.lastIndex };
  const word = scale.exec(text);
  return word === null ? { exponent: 0, end } : { exponent: scales[word[1] ?? "k"]!, end: scale.lastIndex };
}

function unitAround(text: string, at: number, end: number): { readonly unit?: Unit; readonly end: number } {
  unitForm.lastIndex = end;
  const after = unitForm.exec(text);
  const percent = /^ per cent\b/.exec(text.slice(end, end + 10));
  if (percent !== null) return { unit: unitNamed("%")!, end: end + percent[0].length };
  const degrees = /^\s?(?:degrees?|°)\s?([FC])(?:ahrenheit|elsius)?\b/i.exec(text.slice(end, end + 22));
  if (degrees !== null)
    return { unit: unitNamed(`°${degrees[1]!.toUpperCase()}`)!, end: end + degrees[0].length };
  const unit = after === null || text.charAt(unitForm.lastIndex) === "/" ? undefined : unitNamed(after[1]!);
  if (unit !== undefined) return { unit, end: unitForm.lastIndex };
  if (text.startsWith("-fold", end)) return { unit: unitNamed("fold")!, end: end + 5 };
  const joined = /^-([%A-Za-zµμ]{1,10})(?![\p{L}\p{N}])/u.exec(text.slice(end, end + 12));
  const joinedUnit = joined === null ? undefined : unitNamed(joined[1]!);
  if (joinedUnit !== undefined) return { unit: joinedUnit, end: end + joined![0].length };
  const before = /(?:([$€£])|\b(USD|EUR|GBP|CHF))[ \u00a0]?[-−]?$/.exec(text.slice(Math.max(0, at - 6), at));
  const currency = before === null ? undefined : unitNamed(before[1] ?? before[2]!);
  return currency === undefined ? { end } : { unit: currency, end };
}

/** A minus belongs to the number when nothing it could join stands before it. */
function signBefore(text: string, at: number): "" | "-" | "+" {
  const sign = text.charAt(at - 1);
  if (!/[-−–+]/.test(sign) || sign === "") return "";
  if (/[\p{L}\p{N})\].]/u.test(text.charAt(at - 2))) return "";
  return sign === "+" ? "+" : "-";
}

const hedge =
  /(?:\b(?:about|around|approximately|approx\.?|roughly|nearly|almost|some|circa|ca\.?|over|under|more than|less than)|[~∼≈])\s?$/i;

/** "about 900" may stand for 901: its zeros are no digits. */
function roundedHalf(text: string, start: number, digits: string, reading: Reading): number {
  const zeros = /^[\d,]*?(0+)$/.exec(digits)?.[1]?.length ?? 0;
  if (zeros === 0 || !hedge.test(text.slice(Math.max(0, start - 16), start))) return 0;
  return reading.half * 10 ** zeros;
}

const labels =
  "fig(?:ure)?|tab(?:le)?|sect(?:ion)?|chapter|pages?|pp?|step|eq(?:uation)?|refs?|reference|version|v|part|no|nr|item" +
  "|passages?|sources?|documents?|paragraphs?|answer|option|claim|verse|psalm|route|highway|room|season|episode|level" +
  "|appendix|line|row|column|question|phase|stage|type|grade|class|rule|note|footnote|issue|vol(?:ume)?|experiment|example";
const labelled = new RegExp(`(?:^|[^\\p{L}])(?:${labels})s?\\.?\\s?#?$`, "iu");

function roleOf(text: string, at: number, end: number, digits: string, unit: Unit | undefined): NumberRole {
  const before = text.slice(Math.max(0, at - 40), at);
  const run = /[\p{L}\p{N}_\-/.@:]*$/u.exec(before)?.[0] ?? "";
  if (/\p{L}/u.test(run) && !/^(?:USD|EUR|GBP|CHF)-?$/.test(run) && !/[.:]$/.test(run)) return "id";
  if (/\.\p{L}{1,5}:$/u.test(run)) return "label";
  if (unit === undefined && /^(?:\p{L}|_+[\p{L}\p{N}])/u.test(text.slice(end, end + 8)))
    return /^(?:st|nd|rd|th)\b/.test(text.slice(end, end + 3)) ? "label" : "id";
  if (/^[-‐‑–]\p{L}/u.test(text.slice(end, end + 2)) && unit === undefined)
    return /^0\d/.test(digits) ? "id" : "doubtful";
  if (unit !== undefined) return "claim";
  if (labelled.test(before) || before.endsWith("#")) return "label";
  return /^\d+$/.test(digits) ? roleOfInteger(text, end, digits, before) : "claim";
}

function roleOfInteger(text: string, end: number, digits: string, before: string): NumberRole {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const lead = line.length > 12 ? undefined : line;
  if (
    lead !== undefined &&
    digits.length < 4 &&
    /^[\s>*-]*$/.test(lead) &&
    /^[.)]\s/.test(text.slice(end, end + 2))
  )
    return "label";
  if (lead !== undefined && /^#+\s*$/.test(lead)) return "label";
  if (before.endsWith("[") && text.charAt(end) === "]") return "label";
  if (digits.length < 3 && text.charAt(end) === ")") {
    if (before.endsWith("(")) return "doubtful";
    if (!before.includes("(") && /(?:^|\s)$/.test(before)) return "label";
  }
  if (digits.length === 4 && Number(digits) >= 1900 && Number(digits) <= 2100) return "doubtful";
  return digits.length > 1 && digits.startsWith("0") ? "id" : "claim";
}
