// Calculations written as equations: "12 + 30 = 42", "3 × (4 + 5) = 27", "$12.50 plus $30 equals $42.50".

import {
  type Calculation,
  exactText,
  judgeResult,
  kindest,
  numberForm,
  type Range,
  rangeOf,
  readStated,
  type Stated,
} from "./calculation.ts";
import {
  add,
  compare,
  divide,
  type Exact,
  fraction,
  multiply,
  subtract,
  toNumber,
  type Written,
} from "./exact.ts";
import { readAmount } from "./exact.ts";
import { unitNamed } from "./units.ts";

type Token =
  | { readonly kind: "number"; readonly stated: Stated; readonly at: number; readonly end: number }
  | {
      readonly kind: "op";
      readonly op: "+" | "-" | "*" | "/";
      readonly isTight: boolean;
      readonly at: number;
      readonly end: number;
    }
  | { readonly kind: "open" | "close" | "other"; readonly at: number; readonly end: number }
  | {
      readonly kind: "equals";
      readonly isRough: boolean;
      readonly isWord: boolean;
      readonly at: number;
      readonly end: number;
    };

const unitWord =
  "(?:\\s?(?!(?:plus|minus|times|multiplied|divided|equals?|is|are|makes|gives|and|or|of|out|to|from|in|for|by|x|at|on|with|than|which|so|but|per)\\b)(?:°[CF]|[\\p{L}µ]+))";
const lexer = new RegExp(
  [
    `(?<number>${numberForm})(?<unit>${unitWord}{0,2})`,
    "(?<rough>≈|≃|~=|=~)",
    "(?<equals>=(?![=>])|\\b(?:equals|is|makes|gives|comes to)\\b)",
    "(?<op>\\+(?!\\/)|[-−–]|[×·*÷/]|(?<=[\\d)%\\s])x(?=\\s?[\\d($€£])|\\\\times|\\\\cdot|\\\\div|\\b(?:plus|minus|times|multiplied by|divided by)\\b)",
    "(?<open>\\()",
    "(?<close>\\))",
    "(?<other>[^\\s()+\\-−–×·*÷/=≈]+|[=<>])",
  ].join("|"),
  "giu",
);

/** Most tokens of one side of an equation. */
const sideLimit = 200;

export function equationsIn(text: string): Calculation[] {
  const tokens = withSigns(text, tokensOf(text));
  return tokens.flatMap((token, index) =>
    token.kind === "equals" ? (judge(text, tokens, index) ?? []) : [],
  );
}

const words: Readonly<Record<string, "+" | "-" | "*" | "/">> = {
  "+": "+",
  plus: "+",
  "-": "-",
  "−": "-",
  "–": "-",
  minus: "-",
  "×": "*",
  "·": "*",
  "*": "*",
  x: "*",
  "\\times": "*",
  "\\cdot": "*",
  times: "*",
  "multiplied by": "*",
  "÷": "/",
  "/": "/",
  "\\div": "/",
  "divided by": "/",
};

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(lexer)) {
    const {
      number,
      unit = "",
      rough,
      equals,
      op,
      open,
      close,
    } = match.groups as Record<string, string | undefined>;
    const at = match.index;
    const end = at + match[0].length;
    if (number !== undefined) {
      const stated = readStated(number, at);
      tokens.push(
        stated === undefined
          ? { kind: "other", at, end }
          : { kind: "number", stated: { ...stated, unit: unit.trim() }, at, end },
      );
    } else if (op !== undefined) {
      const isTight = /\S/.test(text.charAt(at - 1)) && /\S/.test(text.charAt(end));
      tokens.push({ kind: "op", op: words[op.toLowerCase()]!, isTight, at, end });
    } else if (equals !== undefined || rough !== undefined)
      tokens.push({ kind: "equals", isRough: rough !== undefined, isWord: /\w/.test(equals ?? ""), at, end });
    else
      tokens.push({ kind: open !== undefined ? "open" : close !== undefined ? "close" : "other", at, end });
  }
  return tokens;
}

/** A minus that stands at its number where a number must begin is its sign. */
function withSigns(text: string, tokens: readonly Token[]): Token[] {
  const merged: Token[] = [];
  for (const token of tokens) {
    const sign = merged.at(-1);
    const before = merged.at(-2)?.kind;
    const begins = before === "equals" || before === "open" || before === "op";
    if (
      token.kind === "number" &&
      sign?.kind === "op" &&
      sign.op === "-" &&
      sign.end === token.at &&
      begins
    ) {
      const { unit } = token.stated;
      const stated = readStated(token.stated.text, token.at, "-");
      merged.pop();
      merged.push({
        ...token,
        at: sign.at,
        stated: { ...stated!, unit, text: text.slice(sign.at, token.stated.end) },
      });
    } else merged.push(token);
  }
  return merged;
}

interface Side {
  readonly tokens: readonly Token[];
  readonly numbers: readonly Stated[];
  readonly ops: number;
}

function judge(text: string, tokens: readonly Token[], at: number): Calculation | undefined {
  const equals = tokens[at] as Extract<Token, { kind: "equals" }>;
  const left = sideBefore(text, tokens, at);
  const right = sideAfter(text, tokens, at, equals.isWord);
  if (left === undefined || right === undefined || left.ops + right.ops === 0) return undefined;
  if (equals.isWord && left.ops === 0) return undefined;
  const [from, to] = [left.tokens[0]!.at, right.tokens.at(-1)!.end];
  const said = { text: text.slice(from, to), at: from, isRough: equals.isRough };
  const readings = [0, 1].flatMap((reading) => judgeSides(left, right, reading, said) ?? []);
  const found = kindest(readings);
  if (found === undefined || found.verdict !== "wrong") return found;
  // "2-3 = 5" may be a range, a score, a part number.
  const isTightRange = [...left.tokens, ...right.tokens].some(
    (it) => it.kind === "op" && it.op === "-" && it.isTight,
  );
  return isTightRange ? undefined : found;
}

function isPart(it: Token | undefined): boolean {
  return it !== undefined && it.kind !== "other" && it.kind !== "equals";
}

function sideBefore(text: string, tokens: readonly Token[], at: number): Side | undefined {
  let start = at;
  while (start > 0 && at - start < sideLimit && isPart(tokens[start - 1])) start -= 1;
  const before = tokens[start - 1];
  const isGlued =
    before !== undefined &&
    before.kind === "other" &&
    start < at &&
    !/[\s:;,("'“*_|`>]$/.test(text.slice(before.at, tokens[start]!.at));
  if (isGlued) return undefined;
  // Marks of bold text.
  while (at - start > 1 && isMark(tokens[start]!)) start += 1;
  const first = tokens[start];
  if (first?.kind === "op") {
    const before = text.slice(text.lastIndexOf("\n", first.at) + 1, first.at).trimEnd();
    const isSign = first.op === "-" && first.end === tokens[start + 1]?.at;
    // An item's mark ("- 12 + 30 = 42") is none of it; any other operator here lacks its left side.
    if (before === "" && !isSign) start += 1;
    else if (!isSign || !/(?:^|[:;,("'])$/.test(before)) return undefined;
  }
  return sideOf(tokens.slice(start, at));
}

function sideAfter(text: string, tokens: readonly Token[], at: number, isWord: boolean): Side | undefined {
  let end = at + 1;
  while (end < tokens.length && end - at < sideLimit && isPart(tokens[end])) end += 1;
  const after = tokens[end];
  let last = end;
  while (last > at + 1 && isTrailing(tokens[last - 1]!, after)) last -= 1;
  if (after?.kind === "other" && last === end) {
    const next = text.slice(tokens[end - 1]!.end, after.end);
    if (!/^[\s.,;:!?\])"'”’*_|`…]/.test(next)) return undefined;
    // "12 + 30 is 42 higher than before" states no result.
    if (isWord && /^\s+\p{L}/u.test(next)) return undefined;
  }
  const run = tokens.slice(at + 1, last);
  // "(12 + 30 = 42)": the bracket was opened before.
  const opened = run.filter((it) => it.kind === "open").length;
  let closed = 0;
  const cut = run.findIndex((it) => it.kind === "close" && ++closed > opened);
  return sideOf(cut < 0 ? run : run.slice(0, cut));
}

function isMark(it: Token): boolean {
  return it.kind === "op" && it.op === "*";
}

function isTrailing(it: Token, after: Token | undefined): boolean {
  return (
    it.kind === "op" && (it.op === "-" || it.op === "*") && (after === undefined || after.kind !== "number")
  );
}

function sideOf(given: readonly Token[]): Side | undefined {
  // "(12 + 30 = 42)": an opening bracket without its end belongs to the sentence.
  let tokens = given;
  const count = (kind: Token["kind"]): number => tokens.filter((it) => it.kind === kind).length;
  while (tokens[0]?.kind === "open" && count("open") > count("close")) tokens = tokens.slice(1);
  if (tokens.length === 0 || count("open") !== count("close")) return undefined;
  const numbers = tokens.flatMap((it) => (it.kind === "number" ? [it.stated] : []));
  return { tokens, numbers, ops: count("op") };
}

interface Said {
  readonly text: string;
  readonly at: number;
  readonly isRough: boolean;
}

function judgeSides(left: Side, right: Side, reading: number, said: Said): Calculation | undefined {
  const scale = scaleOf([...left.numbers, ...right.numbers], [left, right]);
  if (scale === undefined) return undefined;
  const [a, b] = [left, right].map((side) => evaluate(side.tokens, { reading, scale: scale.of })) as [
    Value | undefined,
    Value | undefined,
  ];
  if (a === undefined || b === undefined) return undefined;
  const [result, exact] = right.ops === 0 ? [right, a] : left.ops === 0 ? [left, b] : [undefined, a];
  const whole = { text: said.text, at: said.at };
  if (result === undefined) {
    const isRight = compare(a.value, b.value) === 0;
    const overlaps = compare(a.range.low, b.range.high) <= 0 && compare(b.range.low, a.range.high) <= 0;
    const verdict = isRight ? "right" : overlaps || said.isRough || scale.isLoose ? "doubtful" : "wrong";
    const why = verdict === "doubtful" ? "holds only if its figures were rounded" : "";
    return { ...whole, verdict, why, claimed: exactText(b.value), exact: exactText(a.value) };
  }
  const stated = result.numbers[0]!;
  const written = writtenAt(stated, reading, scale.of);
  const hedge = said.isRough ? "about" : "none";
  const found = judgeResult(exact.value, written, { range: exact.range, hedge });
  const loose =
    found.verdict === "wrong" && scale.isLoose
      ? { verdict: "doubtful" as const, why: "adds up things of different kinds" }
      : found;
  const shown =
    scale.of(stated).over === 1n && scale.of(stated).of === 1n
      ? exact.value
      : divide(exact.value, scale.of(stated))!;
  return { ...whole, ...loose, claimed: stated.text, exact: exactText(shown) };
}

interface Scale {
  /** What a number is multiplied by, so that all are of one unit. */
  readonly of: (it: Stated) => Exact;
  /** True when kinds that have no common unit are added up. */
  readonly isLoose: boolean;
}

const one = fraction(1n);

function scaleOf(numbers: readonly Stated[], sides: readonly Side[]): Scale | undefined {
  const isScaling = sides.some((side) =>
    side.tokens.some((it) => it.kind === "op" && (it.op === "*" || it.op === "/")),
  );
  const isAdding = sides.some((side) =>
    side.tokens.some((it) => it.kind === "op" && (it.op === "+" || it.op === "-")),
  );
  const percents = numbers.filter((it) => it.isPercent).length;
  if (isScaling) {
    // 20 % added to an amount means a share of it: no rule decides that.
    if (percents > 0 && isAdding) return undefined;
    return { of: (it) => (it.isPercent ? fraction(1n, 100n) : one), isLoose: false };
  }
  if (percents > 0 && percents < numbers.length) return undefined;
  const units = new Set(numbers.map((it) => it.unit).filter((it) => it !== ""));
  if (units.size < 2) return { of: () => one, isLoose: false };
  const known = new Map([...units].map((it) => [it, unitNamed(it)]));
  const dimensions = new Set([...known.values()].map((it) => it?.dimension));
  if (dimensions.has(undefined) || dimensions.size > 1) return { of: () => one, isLoose: true };
  return {
    of: (it) => readAmount(known.get(it.unit)?.factor ?? 1)?.value ?? one,
    isLoose: numbers.some((it) => it.unit === ""),
  };
}

interface Value {
  readonly value: Exact;
  readonly range: Range;
}

interface Reading {
  readonly reading: number;
  readonly scale: (it: Stated) => Exact;
}

function writtenAt(it: Stated, reading: number, scale: (it: Stated) => Exact): Written {
  const written = it.readings[Math.min(reading, it.readings.length - 1)]!;
  const factor = scale(it);
  const shift = Math.round(Math.log10(toNumber(factor)));
  return { value: multiply(written.value, factor), decimals: written.decimals - shift };
}

/** Products before sums, brackets before both. Undefined where it does not read as an expression. */
function evaluate(tokens: readonly Token[], how: Reading): Value | undefined {
  let at = 0;
  const atom = (): Value | undefined => {
    const token = tokens[at];
    at += 1;
    if (token?.kind === "op" && token.op === "-") {
      const inner = atom();
      return inner === undefined ? undefined : combine("-", nothing, inner);
    }
    if (token?.kind === "open") {
      const inner = sum();
      if (tokens[at]?.kind !== "close") return undefined;
      at += 1;
      return inner;
    }
    if (token?.kind !== "number") return undefined;
    const { stated } = token;
    const written = writtenAt(stated, how.reading, how.scale);
    const isWhole = stated.readings.every((it) => it.decimals === 0);
    return { value: written.value, range: rangeOf(written, stated.isMoney || isWhole) };
  };
  const chain = (next: () => Value | undefined, ops: string): Value | undefined => {
    let left = next();
    for (
      let token = tokens[at];
      left !== undefined && token?.kind === "op" && ops.includes(token.op);
      token = tokens[at]
    ) {
      at += 1;
      const right = next();
      left = right === undefined ? undefined : combine(token.op, left, right);
    }
    return left;
  };
  const product = (): Value | undefined => chain(atom, "*/");
  const sum = (): Value | undefined => chain(product, "+-");
  const value = sum();
  return at === tokens.length ? value : undefined;
}

const nothing: Value = { value: fraction(0n), range: { low: fraction(0n), high: fraction(0n) } };

function combine(op: "+" | "-" | "*" | "/", a: Value, b: Value): Value | undefined {
  const apply = (x: Exact, y: Exact): Exact | undefined =>
    op === "+" ? add(x, y) : op === "-" ? subtract(x, y) : op === "*" ? multiply(x, y) : divide(x, y);
  const value = apply(a.value, b.value);
  const corners = [a.range.low, a.range.high].flatMap((x) =>
    [b.range.low, b.range.high].map((y) => apply(x, y)),
  );
  if (value === undefined || corners.includes(undefined)) return undefined;
  const sorted = (corners as Exact[]).toSorted(compare);
  return { value, range: { low: sorted[0]!, high: sorted.at(-1)! } };
}
