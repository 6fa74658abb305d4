// The dates a text states: days, months, years, decades, centuries, weekdays and times of day, in English
// and in digits.
//
//   D1. The order of day and month is never guessed: "03/04/2021" has two readings, unless one part is
//       over 12. A year of two digits has the readings of two centuries.

/** What a date says; parts it does not say are absent. */
export interface DateParts {
  readonly year?: number;
  /** 1 to 12. */
  readonly month?: number;
  /** 1 to 31. */
  readonly day?: number;
  /** First year of a decade. */
  readonly decade?: number;
  /** 20 for 1901 to 2000. */
  readonly century?: number;
  /** 0 is Sunday. */
  readonly weekday?: number;
  /** Minutes after midnight. */
  readonly time?: number;
}

export interface DateMention {
  readonly text: string;
  readonly at: number;
  readonly end: number;
  /** More than one where the spelling leaves it open (D1). */
  readonly readings: readonly DateParts[];
  /** True for four digits that may as well be an amount, and for times without am or pm ("3:20"). */
  readonly isWeak?: true;
}

/** Most dates read of one text. */
export const datesLimit = 500_000;

const monthNames =
  "january february march april may june july august september october november december".split(" ");
const weekdayNames = "sunday monday tuesday wednesday thursday friday saturday".split(" ");

/** "may" and "march" in small letters are verbs. */
const month =
  "(?:Jan(?:uary)?|Feb(?:ruary)?|(?-i:Mar(?:ch)?|MARCH|May|MAY)|Apr(?:il)?|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\\b\\.?";
const dayNumber = "(?:0?[1-9]|[12]\\d|3[01])(?:st|nd|rd|th)?";
const yearNumber = "(?:1\\d{3}|20\\d{2})";
const dash = "\\s?[-‐‑–—]\\s?";
const centuryWords =
  "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first".split(
    " ",
  );

const form = new RegExp(
  [
    `(?<iso>\\b\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}(?:T[\\d:.]+Z?)?\\b)`,
    `(?<slashed>(?<![\\d/.])\\d{1,2}(?<mark>[/.-])\\d{1,2}\\k<mark>(?:\\d{4}|(?<=/)\\d{2})(?![\\d/]))`,
    `(?<monthFirst>\\b${month}\\s${dayNumber}(?:(?:${dash}|\\s(?:and|to|or)\\s)${dayNumber}(?![\\d:]))?(?![\\d:.]\\d)\\b(?:\\s?,?\\s${yearNumber}\\b)?)`,
    `(?<dayFirst>\\b(?:${dayNumber}(?:${dash}|\\s(?:and|to|or)\\s))?${dayNumber}\\s(?:of\\s)?${month}(?!\\s\\d{1,2},?\\s\\d{4})(?:,?\\s${yearNumber}\\b)?)`,
    `(?<monthYear>\\b${month},?\\s(?:of\\s)?${yearNumber}\\b)`,
    `(?<century>\\b(?:\\d{1,2}(?:st|nd|rd|th)|${centuryWords.join("|")})[ -]century\\b)`,
    `(?<decade>\\b${yearNumber.replace("\\d{3}", "\\d{2}0").replace("\\d{2})", "\\d0)")}['’]?s\\b|(?:['’]|\\bthe )[1-9]0['’]?s\\b)`,
    `(?<shortYear>(?<![\\p{L}\\d])['’]\\d{2}\\b(?!['’]?s))`,
    `(?<time>\\b(?:[01]?\\d|2[0-4])(?::[0-5]\\d(?::[0-5]\\d)?\\s?(?:[ap]\\.?m\\b\\.?)?|\\s?[ap]\\.?m\\b\\.?)(?!\\w))`,
    `(?<year>(?<![\\p{L}\\d$€£#.,/:_+-]|[$€£]\\s)${yearNumber}(?:\\s?(?:[-–—/]|--)\\s?(?:${yearNumber}|\\d{2}))?(?![\\p{L}\\d%°]|_[\\p{L}\\d]|[.,]\\d|\\s?[%°$€£]|[-‐‑–/:]\\d))`,
    `(?<weekday>\\b(?:${weekdayNames.join("|")})s?\\b)`,
    `(?<month>\\b${month})`,
  ].join("|"),
  "giu",
);

type Kind =
  | "iso"
  | "slashed"
  | "monthFirst"
  | "dayFirst"
  | "monthYear"
  | "century"
  | "decade"
  | "shortYear"
  | "time"
  | "year"
  | "weekday"
  | "month";
const kinds: readonly Kind[] = [
  "iso",
  "slashed",
  "monthFirst",
  "dayFirst",
  "monthYear",
  "century",
  "decade",
  "shortYear",
  "time",
  "year",
  "weekday",
  "month",
];

/**
 * Reads every date of a text, in order. A range gives its two ends, each with the whole range as text.
 * `anyCase` takes months and weekdays in small letters too: where more is better than less.
 */
export function readDates(text: string, anyCase = false): DateMention[] {
  const found: DateMention[] = [];
  for (const match of text.matchAll(form)) {
    if (found.length >= datesLimit) break;
    const kind = kinds.find((it) => match.groups![it] !== undefined)!;
    const place = { text: match[0], at: match.index, end: match.index + match[0].length };
    for (const it of readers[kind](match[0], text, anyCase ? -1 : match.index))
      found.push({ ...place, ...it });
  }
  return found;
}

type Read = Pick<DateMention, "readings" | "isWeak">;

function one(parts: DateParts): Read[] {
  return [{ readings: [parts] }];
}

const readers: Readonly<Record<Kind, (it: string, text: string, at: number) => Read[]>> = {
  iso: (it) => {
    const [year, month, day] = it.split(/[-/.T]/).map(Number) as [number, number, number];
    return month >= 1 && month <= 12 && day >= 1 && day <= 31 ? one({ year, month, day }) : [];
  },
  slashed: readSlashed,
  monthFirst: readNamed,
  dayFirst: readNamed,
  monthYear: readNamed,
  century: (it) => {
    const digits = /^\d+/.exec(it)?.[0];
    const word = it.toLowerCase().replace(/[ -]century$/, "");
    return one({ century: digits === undefined ? centuryWords.indexOf(word) + 1 : Number(digits) });
  },
  decade: (it) => {
    const digits = /\d+/.exec(it)![0];
    if (digits.length === 4) return one({ decade: Number(digits) });
    return [{ readings: [{ decade: 1900 + Number(digits) }, { decade: 1800 + Number(digits) }] }];
  },
  shortYear: (it) => {
    const short = Number(it.slice(1));
    return [{ readings: [{ year: 1900 + short }, { year: 2000 + short }] }];
  },
  time: readTime,
  year: readYears,
  weekday: (it, _, at) =>
    at < 0 || /^\p{Lu}/u.test(it)
      ? one({ weekday: weekdayNames.indexOf(it.toLowerCase().replace(/s$/, "")) })
      : [],
  month: readMonth,
};

function readSlashed(it: string): Read[] {
  const [first, second, given] = it.split(/[/.-]/).map(Number) as [number, number, number];
  const years = given > 99 ? [given] : [1900 + given, 2000 + given];
  const readings = years.flatMap((year) => [
    ...(first >= 1 && first <= 12 && second >= 1 && second <= 31
      ? [{ year, month: first, day: second }]
      : []),
    ...(second >= 1 && second <= 12 && first >= 1 && first <= 31 && first !== second
      ? [{ year, month: second, day: first }]
      : []),
  ]);
  return readings.length === 0 ? [] : [{ readings }];
}

function monthOf(name: string): number {
  return monthNames.findIndex((it) => it.startsWith(name.slice(0, 3).toLowerCase())) + 1;
}

function readNamed(it: string): Read[] {
  const name = /\p{L}{3,}/gu;
  const month = [...it.matchAll(name)].map((word) => monthOf(word[0])).find((found) => found > 0)!;
  const numbers = [...it.matchAll(/\d+/g)].map((digits) => digits[0]);
  const years = numbers.filter((digits) => digits.length === 4).map(Number);
  const days = numbers.filter((digits) => digits.length < 4).map(Number);
  const year = years.length === 0 ? {} : { year: years[0]! };
  if (days.length === 0) return one({ month, ...year });
  return days.flatMap((day) => one({ month, day, ...year }));
}

function readTime(it: string): Read[] {
  const [hours, minutes] = [...it.matchAll(/\d+/g)].map((digits) => Number(digits[0])) as [number, number?];
  const half = /([ap])\.?m/i.exec(it)?.[1]?.toLowerCase();
  const rest = minutes ?? 0;
  if (half !== undefined)
    return hours > 12 ? [] : one({ time: ((hours % 12) + (half === "p" ? 12 : 0)) * 60 + rest });
  const morning = { time: hours * 60 + rest };
  const readings =
    hours >= 1 && hours <= 12 ? [morning, { time: ((hours + 12) % 24) * 60 + rest }] : [morning];
  return [{ readings, isWeak: true }];
}

function readYears(it: string): Read[] {
  const [first, second] = [...it.matchAll(/\d+/g)].map((digits) => digits[0]) as [string, string?];
  const year = Number(first);
  if (second === undefined) return [{ readings: [{ year }], isWeak: true }];
  const last = second.length === 4 ? Number(second) : Number(first.slice(0, 2) + second);
  return last < year
    ? [{ readings: [{ year }], isWeak: true }]
    : [{ readings: [{ year }] }, { readings: [{ year: last }] }];
}

/** Words that go before a month and not before a name or a verb. */
const beforeMonth =
  /\b(?:in|of|since|until|till|by|during|early|late|mid|last|next|this|through|from|to|and|between|before|after|each|every)[ -]$/i;

function readMonth(it: string, text: string, at: number): Read[] {
  if (at < 0) return one({ month: monthOf(it) });
  if (!/^\p{Lu}/u.test(it) || (it.length < 4 && it !== "May")) return [];
  const isNamed = !/^(?:May|March|August|April|June|Jan|Mar)\b/.test(it);
  return isNamed || beforeMonth.test(text.slice(Math.max(0, at - 12), at)) ? one({ month: monthOf(it) }) : [];
}
