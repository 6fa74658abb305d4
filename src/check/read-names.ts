// The names a text states: runs of words with capital letters, as far as a rule can tell them from
// ordinary words. No tagger: at the beginning of a sentence, in a heading and in a title a capital says
// little, and what is not certain there is marked so.

import { isSubject } from "./name-subjects.ts";
import { eachWord, endsSentence, foldWord } from "./word-index.ts";

/** A word of a name, folded. */
export interface NameWord {
  readonly text: string;
  /** As written. */
  readonly written: string;
  readonly at: number;
  readonly end: number;
  /** False where its capital may be owed to its place. */
  readonly isCertain: boolean;
  /** True where it opens a sentence or an entry, and so may be a title or a trade: "Actor". */
  readonly opens: boolean;
}

export interface NameMention {
  /** As written, from its first word with a capital to its last. */
  readonly text: string;
  readonly at: number;
  readonly end: number;
  /** Its words with a capital, in order; the small ones between ("of the") are left out. */
  readonly words: readonly NameWord[];
  /** All its words in order, small ones included, folded. */
  readonly phrase: readonly string[];
}

/** Most names read of one text. */
export const namesLimit = 200_000;

/** Most words of one name. */
const nameLength = 14;

/** Small words that stand inside names. */
const particles = new Set(
  "of the de da do dos das del della di der den van von zu zur la le les du bin ibn al el y e for in on".split(
    " ",
  ),
);

/** Words that may have a capital and are no names: pronouns, calendars have rules of their own. */
const noNames = new Set(
  (
    "i im ive id ill ok okay passage passages source sources document documents article text table figure section chapter " +
    "page step note option question answer part paragraph dr mr mrs ms miss prof professor sir st jr sr phd md am pm ad bc ce bce " +
    "a an the this that these those he she it they we you his her its their our your my there here what which who whom whose " +
    "when where why how if in on at by to of for from with without as and or but nor so yet not no yes also however therefore " +
    "moreover furthermore additionally meanwhile overall finally first second third next then lastly thus hence although though while " +
    "because since until after before during despite according based given some many most all both each every any other another " +
    "now today none someone anyone everyone nobody nothing something everything fall summer winter spring autumn water food work time life love money music art god " +
    "non fahrenheit celsius kelvin kb mb gb tb " +
    "is are was were be been do does did has have had can could may might will would should must let please"
  ).split(" "),
);

interface Token {
  readonly written: string;
  readonly folded: string;
  readonly at: number;
  readonly end: number;
  readonly isCapital: boolean;
  readonly opens: boolean;
}

/** Reads every name of a text. `masked` gives stretches to leave out: quotations, dates. */
export function readNames(
  text: string,
  masked: (at: number, end: number) => boolean = () => false,
): NameMention[] {
  const tokens = tokensOf(text);
  const titled = titleLines(text, tokens);
  const small = new Set(tokens.filter((it) => !it.isCapital).map((it) => it.folded));
  const found: NameMention[] = [];
  for (let index = 0; index < tokens.length && found.length < namesLimit; index += 1) {
    const first = tokens[index]!;
    if (!first.isCapital || masked(first.at, first.end)) continue;
    const last = lastOfName(text, tokens, index, masked);
    const run = tokens.slice(index, last + 1);
    index = last;
    const acts = isSubject(text, first, run.at(-1)!.end);
    const certain = (it: Token): boolean => (!it.opens || acts) && !titled(it.at) && !small.has(it.folded);
    const mention = toMention(text, run, certain);
    if (mention !== undefined) found.push(mention);
  }
  return found;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  eachWord(text, (at, end) => {
    const written = text.slice(at, end);
    const past = tokens.at(-1);
    tokens.push({
      written,
      folded: foldWord(written),
      at,
      end,
      // "°C" is a unit.
      isCapital: /\p{Lu}/u.test(written) && !/^\d/.test(written) && !isDegree(text, at, end),
      opens: past === undefined || opensAfter(text, past.end, at),
    });
  });
  return tokens;
}

function isDegree(text: string, at: number, end: number): boolean {
  return end === at + 1 && /[°º]/.test(text.charAt(at - 1));
}

/** A sentence, a line, an entry or what follows a colon opens here. */
function opensAfter(text: string, from: number, to: number): boolean {
  const gap = text.slice(from, to);
  return (
    gap !== " " && (endsSentence(text, from, to) || /[\n:;•–—]|[-*]\s$|["“‘']$|\.\s*$|^\)\s|\/$/.test(gap))
  );
}

/** Joints inside a name: a blank, a hyphen, an initial's stop, an ampersand. */
const joint = /^(?:[ \u00a0]|[-‐‑]|\.[ \u00a0]?|[ \u00a0]&[ \u00a0]|[ \u00a0]?['’][ \u00a0]?)$/;

function lastOfName(
  text: string,
  tokens: readonly Token[],
  first: number,
  masked: (at: number, end: number) => boolean,
): number {
  let last = first;
  const end = Math.min(tokens.length, first + nameLength);
  for (let next = first + 1; next < end && next - last <= 3; next += 1) {
    const [past, it] = [tokens[next - 1]!, tokens[next]!];
    const gap = text.slice(past.end, it.at);
    if (!joint.test(gap) || (gap.startsWith(".") && past.written.length > 2) || masked(it.at, it.end)) break;
    if (it.isCapital) last = next;
    else if (!particles.has(it.folded) || gap.includes("-")) break;
  }
  return last;
}

/** "WHO" is a body, "Who" asks. */
function isNoName(it: Token): boolean {
  return noNames.has(it.folded) && it.written !== "WHO";
}

function toMention(
  text: string,
  run: readonly Token[],
  certain: (it: Token) => boolean,
): NameMention | undefined {
  let from = 0;
  let to = run.length;
  while (from < to && (isNoName(run[from]!) || !run[from]!.isCapital)) from += 1;
  while (to > from && (isNoName(run[to - 1]!) || !run[to - 1]!.isCapital)) to -= 1;
  const rest = run.slice(from, to);
  if (rest.length === 0) return undefined;
  const [at, end] = [rest[0]!.at, rest.at(-1)!.end];
  const words = rest
    .filter((it) => it.isCapital && !isNoName(it))
    .map((it) => ({
      text: it.folded,
      written: it.written,
      at: it.at,
      end: it.end,
      isCertain: certain(it),
      opens: it.opens,
    }));
  return { text: text.slice(at, end), at, end, words, phrase: rest.map((it) => it.folded) };
}

/** Lines in which nearly all words have a capital: headings, where it says nothing. */
function titleLines(text: string, tokens: readonly Token[]): (at: number) => boolean {
  const ranges: (readonly [number, number])[] = [];
  let index = 0;
  let start = 0;
  while (start <= text.length) {
    const stop = text.indexOf("\n", start);
    const end = stop < 0 ? text.length : stop;
    let [capitals, all] = [0, 0];
    for (; index < tokens.length && tokens[index]!.at < end; index += 1) {
      if (tokens[index]!.written.length < 3 || particles.has(tokens[index]!.folded)) continue;
      all += 1;
      if (tokens[index]!.isCapital) capitals += 1;
    }
    const isHeading = /^\s*#/.test(text.slice(start, Math.min(end, start + 20)));
    if (
      isHeading ||
      (all >= 2 && all <= 14 && capitals / all > 0.8 && !/[.!?]\s*$/.test(text.slice(start, end)))
    )
      ranges.push([start, end]);
    start = end + 1;
  }
  return (at) => inRanges(ranges, at);
}

function inRanges(ranges: readonly (readonly [number, number])[], at: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [start, end] = ranges[middle]!;
    if (at < start) high = middle - 1;
    else if (at >= end) low = middle + 1;
    else return true;
  }
  return false;
}
