// Calculations written in words: shares, changes, totals, means. English, by rules; what no rule reads is left alone.

import {
  type Calculation,
  exactText,
  type Hedge,
  hundred,
  judgeResult,
  kindest,
  numberForm,
  readStated,
  shareOf,
  type Stated,
} from "./calculation.ts";
import { absolute, divide, type Exact, multiply, negate, subtract, type Written } from "./exact.ts";
import { fold, type Operation } from "./reckon.ts";

const N = numberForm;
const about = "(?:about|around|approximately|approx\\.?|roughly|nearly|almost|some|circa|ca\\.?|~|≈)\\s?";
const words = (most: number): string =>
  `(?:\\s(?!(?:and|or|of|to|from|is|are|was|were)\\b)[\\p{L}][\\p{L}'’-]*){0,${most}}?`;
const pure = `${N}(?:\\s?(?!and\\b|is\\b|or\\b)[\\p{L}°]{1,12}\\b)?`;
const list = `${pure}(?:\\s*,\\s+${pure})*(?:\\s*,)?\\s+(?:and|&)\\s+${pure}`;
const is = "(?:is|equals|=|comes to|amounts to|makes|gives|was)";
const up = "rose|rises|increased|increases|grew|grows|climbed|gained|went up|up|increase|rise|growth|gain";
const down =
  "fell|falls|decreased|decreases|dropped|drops|declined|declines|shrank|lost|went down|down|decrease|drop|fall|decline|reduction|loss";
const notInterval = "(?!\\s*(?:CI\\b|confidence|credible|prediction|percentile|points?\\b))";

type Match = Readonly<Record<string, string | undefined>>;

interface Phrase {
  readonly form: RegExp;
  readonly judge: (it: Read) => Result | undefined;
}

/** A phrase that matched: its numbers by name, under one reading. */
interface Read {
  readonly groups: Match;
  readonly number: (name: string) => Stated | undefined;
  readonly value: (name: string) => Exact | undefined;
  readonly list: (name: string) => readonly Exact[] | undefined;
}

interface Result {
  readonly exact: Exact;
  /** Name of the group that states the result. */
  readonly result: string;
  /** Another exact value that would do as well. */
  readonly or?: Exact;
  /** True where a wrong result may be meant otherwise. */
  readonly isLoose?: boolean;
  /** True where only the size is stated. */
  readonly isSize?: boolean;
}

const phrase = (text: string, judge: Phrase["judge"]): Phrase => ({ form: new RegExp(text, "giu"), judge });

/** Most phrases of a kind read in one text. */
const phraseLimit = 10_000;

const share = ({ value, number }: Read): Result | undefined => {
  const [part, whole] = [value("part"), value("whole")];
  if (part === undefined || whole === undefined || number("share")?.isPercent !== true) return undefined;
  if (number("part")!.isPercent || number("whole")!.isPercent) return undefined;
  const exact = shareOf(part, whole);
  return exact === undefined ? undefined : { exact, result: "share" };
};

const partOf = ({ value, number, groups }: Read): Result | undefined => {
  const [rate, whole] = [value("share"), value("whole")];
  if (rate === undefined || whole === undefined || value("part") === undefined) return undefined;
  if (number("share")?.isPercent !== true || number("part")!.isPercent || number("whole")!.isPercent)
    return undefined;
  // "30 % of 200 patients are 65 or older" states no share: there only what is right counts.
  const isLoose = groups["are"] !== undefined;
  return { exact: divide(multiply(rate, whole), hundred)!, result: "part", isLoose };
};

const change = ({ value, number, groups }: Read): Result | undefined => {
  const [from, to] = [value("from"), value("to")];
  const stated = number("change");
  if (from === undefined || to === undefined || stated === undefined) return undefined;
  if (isYear(number("from")!) && isYear(number("to")!)) return undefined;
  const points = subtract(to, from);
  const relative = divide(points, from);
  const direction = groups["direction"]?.toLowerCase() ?? "";
  const isDown = new RegExp(`^(?:${down})$`, "iu").test(direction);
  const turn = (it: Exact): Exact => (isDown ? negate(it) : it);
  const isSize = direction === "" && !/[+\-−–]/.test(groups["sign"] ?? "");
  if (!stated.isPercent) return { exact: turn(points), result: "change", isSize };
  if (relative === undefined) return undefined;
  const exact = turn(multiply(relative, hundred));
  // Between two percentages a change may be meant in points.
  return number("from")!.isPercent
    ? { exact, or: turn(points), result: "change", isSize, isLoose: true }
    : { exact, result: "change", isSize };
};

/** "by 17 % from 2005 to 2012" says when. */
function isYear(it: Stated): boolean {
  return /^(?:1\d|20)\d\d$/.test(it.text);
}

const operations: Readonly<Record<string, Operation>> = {
  sum: "sum",
  total: "sum",
  average: "mean",
  mean: "mean",
  product: "product",
};

const ofList = ({ list: read, groups }: Read): Result | undefined => {
  const values = read("list");
  const op = operations[groups["op"]?.toLowerCase() ?? "sum"] ?? "sum";
  const exact = values === undefined ? undefined : fold(op, values);
  return exact === undefined ? undefined : { exact, result: "result" };
};

/** "a total of 5: 2 red, 2 green and 1 blue": kinds may overlap, so only bare numbers decide. */
const ofItems = ({ groups, list: read }: Read): Result | undefined => {
  const values = read("items");
  if (values === undefined || values.length < 2) return undefined;
  return {
    exact: fold("sum", values)!,
    result: "result",
    isLoose: /\p{L}{2}/u.test((groups["items"] ?? "").replace(/\band\b/g, "")),
  };
};

const between = ({ value, groups }: Read): Result | undefined => {
  const [a, b] = [value("a"), value("b")];
  if (a === undefined || b === undefined) return undefined;
  if (groups["op"]?.toLowerCase() === "difference")
    return { exact: absolute(subtract(a, b)), result: "result", isSize: true };
  const exact = divide(a, b);
  return exact === undefined ? undefined : { exact, result: "result" };
};

const item = `${N}${words(3)}`;
const phrases: readonly Phrase[] = [
  phrase(
    `(?<part>${N})${words(2)}\\s+(?:out\\s+)?of\\s+(?:the\\s+|all\\s+|our\\s+|a total of\\s+)?(?<whole>${N})${words(3)}\\s*(?:[([]|,\\s+(?:or|i\\.e\\.,?|that is,?)\\s+|\\s[–—-]\\s)\\s*(?<hedge>${about})?(?<share>${N})${notInterval}`,
    share,
  ),
  phrase(
    `(?<part>${N})\\s?/\\s?(?<whole>${N})${words(2)}\\s*[([]\\s*(?<hedge>${about})?(?<share>${N})${notInterval}`,
    share,
  ),
  phrase(
    `(?<hedge>${about})?(?<share>${N})\\s*[([]\\s*(?:n\\s?=\\s?)?(?<part>${N})\\s*(?:/|of|out of)\\s*(?:the\\s+)?(?<whole>${N})${words(2)}\\s*[)\\]]`,
    share,
  ),
  phrase(
    `(?<share>${N})\\s+of\\s+(?:the\\s+)?(?<whole>${N})${words(2)}\\s+(?:${is}|(?<are>are|were))\\s+(?<hedge>${about})?(?<part>${N})(?!\\s*(?:%|percent|per cent))`,
    partOf,
  ),
  phrase(`(?<part>${N})\\s*\\(\\s*(?<share>${N})\\s+of\\s+(?:the\\s+)?(?<whole>${N})\\s*\\)`, partOf),
  phrase(
    `\\b(?<direction>${up}|${down})\\s+(?:by\\s+|of\\s+)?(?<hedge>${about})?(?<change>${N})(?!\\s*(?:percentage )?points?)${words(2)},?\\s+from\\s+(?<from>${N})${words(2)}\\s+to\\s+(?<to>${N})`,
    change,
  ),
  phrase(
    `\\bfrom\\s+(?<from>${N})${words(2)}\\s+to\\s+(?<to>${N})${words(2)}\\s*(?:\\(|,\\s*(?:which is |that is |i\\.e\\.,? )?|\\s[–—-]\\s)\\s*(?:an?\\s+)?(?:(?<direction>${up}|${down})\\s+(?:of\\s+|by\\s+)?)?(?<hedge>${about})?(?<sign>[+\\-−–])?(?<change>${N})(?<=%|percent|per cent)(?!\\s*(?:percentage )?points?)${notInterval}`,
    change,
  ),
  phrase(
    `\\b(?<op>sum|total|average|mean|product) of (?<list>${list})\\s+${is}\\s+(?<hedge>${about})?(?<result>${N})`,
    ofList,
  ),
  phrase(
    `(?<list>${list})\\s+(?:add up to|sum to|total|make a total of|come to)\\s+(?<hedge>${about})?(?<result>${N})`,
    ofList,
  ),
  phrase(
    `(?<list>${list}),?\\s+(?:for|making|giving|which makes|adding up to|totalling|totaling) (?:a (?:total|sum) of )?(?<hedge>${about})?(?<result>${N})(?= in (?:all|total)|\\s*[.;)\\n]|$)`,
    ofList,
  ),
  phrase(
    `\\b(?:a |the )?(?:total|sum) (?:of |is |was )?(?<hedge>${about})?(?<result>${N})${words(3)}\\s*[:(]\\s*(?<items>${item}(?:\\s*,\\s+${item})*(?:\\s*,)?\\s+and\\s+${item})\\s*(?=[.;)\\n]|$)`,
    ofItems,
  ),
  phrase(
    `\\b(?<op>difference) between (?<a>${N})${words(1)} and (?<b>${N})${words(1)}\\s+${is}\\s+(?<hedge>${about})?(?<result>${N})`,
    between,
  ),
  phrase(
    `\\b(?<op>ratio) of (?<a>${N})${words(1)} to (?<b>${N})${words(1)}\\s+${is}\\s+(?<hedge>${about})?(?<result>${N})(?!\\s?(?::|to\\b))`,
    between,
  ),
];

export function phrasesIn(text: string): Calculation[] {
  return phrases.flatMap(({ form, judge }) => {
    const found: Calculation[] = [];
    form.lastIndex = 0;
    for (let match = form.exec(text); match !== null && found.length < phraseLimit; match = form.exec(text)) {
      const it = judgeMatch(text, match, judge);
      if (it !== undefined) found.push(it);
    }
    return found;
  });
}

function judgeMatch(text: string, match: RegExpExecArray, judge: Phrase["judge"]): Calculation | undefined {
  const groups = match.groups as Match;
  // "more than 70 %" bounds a result and states none.
  if (/\b(?:more|less|fewer|over|under|at least|at most|(?<!\badd )up to)\b/iu.test(match[0]))
    return undefined;
  const all = [0, 1].flatMap(
    (reading) => judgeReading({ groups, text: match[0], at: match.index }, reading, judge) ?? [],
  );
  const found = kindest(all);
  // A match that begins inside a larger number or date states something else.
  return found?.verdict === "wrong" && /[\d/:-]$/.test(text.slice(0, match.index)) ? undefined : found;
}

function judgeReading(
  it: { readonly groups: Match; readonly text: string; readonly at: number },
  reading: number,
  judge: Phrase["judge"],
): Calculation | undefined {
  const { groups } = it;
  const number = (name: string): Stated | undefined =>
    groups[name] === undefined
      ? undefined
      : readStated(groups[name], 0, name === "change" ? (groups["sign"] ?? "") : "");
  const written = (stated: Stated): Written =>
    stated.readings[Math.min(reading, stated.readings.length - 1)]!;
  const value = (name: string): Exact | undefined => {
    const stated = number(name);
    return stated === undefined ? undefined : written(stated).value;
  };
  const found = judge({ groups, number, value, list: (name) => valuesOf(groups[name] ?? "", written) });
  const stated = found === undefined ? undefined : number(found.result);
  if (found === undefined || stated === undefined) return undefined;
  const hedge: Hedge = groups["hedge"] === undefined ? "none" : "about";
  const result = written(stated);
  const sized = found.isSize === true ? { ...result, value: absolute(result.value) } : result;
  const exacts = [found.exact, ...(found.or === undefined ? [] : [found.or])].map((each) =>
    found.isSize === true ? absolute(each) : each,
  );
  const judged = exacts.map((exact) => judgeResult(exact, sized, { hedge }));
  const best = judged.find((each) => each.verdict === "right") ?? judged[0]!;
  const unit = stated.isPercent ? " %" : "";
  const loose =
    best.verdict === "wrong" && found.isLoose === true
      ? { verdict: "doubtful" as const, why: "may be meant otherwise" }
      : best;
  if (loose.verdict === "doubtful" && groups["are"] !== undefined) return undefined;
  return {
    text: it.text,
    at: it.at,
    ...loose,
    claimed: stated.text,
    exact: `${exactText(exacts[0]!)}${unit}`,
  };
}

function valuesOf(text: string, written: (stated: Stated) => Written): readonly Exact[] | undefined {
  const stated = [...text.matchAll(new RegExp(numberForm, "giu"))].map((it) => readStated(it[0], it.index));
  if (stated.some((it) => it === undefined)) return undefined;
  const all = stated as readonly Stated[];
  // Percentages among amounts are parts of something else.
  if (all.some((it) => it.isPercent) && !all.every((it) => it.isPercent)) return undefined;
  return all.map((it) => written(it).value);
}
