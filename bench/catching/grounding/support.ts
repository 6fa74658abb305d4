// How far a source bears a statement out, as numbers: shares of words, names, figures and word pairs found,
// in the whole source and in its best place; and how the statement speaks.
//
//   S1. A feature is a function of the statement, its response, its source and the question; nothing else.

import {
  bestWindow,
  denies,
  isNear,
  presence,
  type Presence,
  type ReadySource,
  rootLength,
  share,
  sum,
  type Window,
} from "./ready-source.ts";
import type { Statement } from "./statement.ts";
import { stem, wordsIn, type Word } from "./words.ts";

/** What all features of one statement are made from. */
interface View {
  readonly text: string;
  readonly words: readonly Word[];
  /** Words that say something. */
  readonly content: readonly Word[];
  /** Where the source has each of `content`. */
  readonly found: readonly Presence[];
  readonly numbers: readonly Word[];
  readonly names: readonly Word[];
  /** Best stretch of three sentences, and best sentence. */
  readonly near: Window;
  readonly one: Window;
  readonly statement: Statement;
  readonly source: ReadySource;
  /** Stems of the question. */
  readonly asked: ReadonlySet<string>;
  /** Weights: words the source uses seldom, and words the response uses seldom, say more. */
  readonly rare: readonly number[];
  readonly focus: readonly number[];
}

/** A stretch is this many sentences and one. */
const stretch = 2;

const cues = {
  aboutSource:
    /\b(?:passages?|context|provided|text|article|mentioned|according to|based on|source|stated|information)\b/i,
  hedges:
    /\b(?:may|might|could|can|possibl[ey]|likely|generally|typically|usually|often|sometimes|depend(?:s|ing)?|var(?:y|ies)|unclear|not clear)\b/i,
  advises:
    /\b(?:important|recommended?|should|consult|ensure|always|remember|best|advised?|necessary|essential|note that|additionally|it is)\b/i,
  connects:
    /^\W*(?:additionally|moreover|furthermore|overall|however|in addition|therefore|thus|in summary|in conclusion|also|finally|please)\b/i,
  admits:
    /\bnot (?:\w+ )?(?:mentioned|stated|provided|specified|given|discussed|included)\b|\bnot in the (?:passage|text|context)/i,
  infers:
    /\b(?:infer(?:red)?|suggests?|impl(?:y|ies)|assum\w+|presumably|indicat\w+|conclude\w*|therefore|thus|because|due to|since|leads? to|resulting|as a result|so that)\b/i,
  notes:
    /\b(?:note that|worth (?:noting|mentioning)|important to|it'?s (?:also )?(?:important|crucial|essential|best|always)|keep in mind|remember|be sure|make sure|please)\b/i,
  frames: /:\W*$/,
  abstains:
    /\b(?:unable to (?:answer|determine|provide)|cannot (?:be )?(?:answer|determin)\w*|do(?:es)? not (?:provide|mention|contain|specify|include|state|have)|no (?:information|mention)|not enough)\b/i,
  addresses: /\b(?:I|you|your|me|we|let me)\b/,
} as const;

const absolutes =
  /\b(?:all|every|most|only|always|never|none|first|last|best|largest|primary|main(?:ly)?|many|several|various|numerous|multiple)\b/gi;

const features: readonly (readonly [name: string, of: (it: View) => number])[] = [
  ["missing", (it) => lacking(it) / (it.content.length || 1)],
  ["missing near", (it) => it.near.missing / (it.content.length || 1)],
  ["missing in one sentence", (it) => it.one.missing / (it.content.length || 1)],
  ["missing words", (it) => Math.log1p(lacking(it))],
  ["missing words near", (it) => Math.log1p(it.near.missing)],
  ["new pairs", (it) => newPairs(it.words, it.source)],
  ["pairs never in one sentence", apart],
  ["pairs never close", neverClose],
  ["numbers missing", (it) => lack(it.numbers, (word) => it.source.places.has(word.stem))],
  ["numbers missing near", (it) => lack(it.numbers, (word) => isNear(word, it.source, it.near, stretch))],
  ["numbers", (it) => Math.min(3, it.numbers.length)],
  ["names missing", (it) => lack(it.names, (word) => presence(word.stem, it.source).value > 0)],
  ["names missing near", (it) => lack(it.names, (word) => isNear(word, it.source, it.near, stretch))],
  ["names", (it) => Math.min(5, it.names.length)],
  ["name phrases missing", (it) => namePhrases(it).missing],
  ["name phrases", (it) => Math.min(4, namePhrases(it).count)],
  ["denial differs", (it) => (denies(it.text) === it.source.negated[it.one.at] ? 0 : 1)],
  ["denies", (it) => (denies(it.text) ? 1 : 0)],
  ["longest run", (it) => longestRun(it) / Math.max(1, it.words.length)],
  ["longest missing run", (it) => longestMissing(it.found)],
  ["nothing missing", (it) => (lacking(it) === 0 ? 1 : 0)],
  ["length", (it) => Math.log1p(it.words.length)],
  ["position", (it) => it.statement.position],
  ["first", (it) => (it.statement.isFirst ? 1 : 0)],
  ["last", (it) => (it.statement.isLast ? 1 : 0)],
  ["asked", (it) => share(it.content.filter((word) => it.asked.has(word.stem)).length, it.content.length)],
  ["source length", (it) => Math.log1p(it.source.stems.length)],
  ["missing, rare first", (it) => windowShare(it, it.rare, stretch)],
  ["missing in one sentence, rare first", (it) => windowShare(it, it.rare, 0)],
  [
    "missing, new first",
    (it) => share(sum(it.focus.map((w, at) => w * (1 - it.found[at]!.value))), sum(it.focus)),
  ],
  ["missing near, new first", (it) => windowShare(it, it.focus, stretch)],
  ["missing in one sentence, new first", (it) => windowShare(it, it.focus, 0)],
  ["worst clause", worstClause],
  ["missing in the passage cited", missingWhereCited],
  ["roots missing", (it) => rootsMissing(it)],
  ["inflected words missing", (it) => inflectedMissing(it)],
  ["subject", subjectShare],
  ["absolutes not in the source", absolutesMissing],
  ...Object.entries(cues).map(([name, cue]) => [name, (it: View) => (cue.test(it.text) ? 1 : 0)] as const),
];

/** What each number of `supportFeatures` is called. */
export const featureNames: readonly string[] = features.map(([name]) => name);

/** The features of one statement, in the order of `featureNames`. */
export function supportFeatures(
  statement: Statement,
  source: ReadySource,
  asked: ReadonlySet<string>,
): readonly number[] {
  const view = viewOf(statement, source, asked);
  return features.map(([, of]) => of(view));
}

/** Stems of a question that say something. */
export function askedStems(question: string | undefined): ReadonlySet<string> {
  return new Set(wordsIn(question ?? "").flatMap((it) => (it.isGrammar ? [] : [it.stem])));
}

function viewOf(statement: Statement, source: ReadySource, asked: ReadonlySet<string>): View {
  const content = statement.words.filter((it) => !it.isGrammar);
  const found = content.map((it) => presence(it.stem, source));
  const even = content.map(() => 1);
  return {
    text: statement.text,
    words: statement.words,
    content,
    found,
    numbers: statement.words.filter((it) => it.isNumber),
    names: content.filter((it) => it.isName),
    near: bestWindow(found, even, source.sentences.length, stretch),
    one: bestWindow(found, even, source.sentences.length, 0),
    statement,
    source,
    asked,
    rare: content.map((it) => 1 / (1 + Math.log1p(source.places.get(it.stem)?.length ?? 0))),
    focus: content.map((it) => 1 / (statement.told.get(it.stem) ?? 1)),
  };
}

function lacking(it: View): number {
  return sum(it.found.map((one) => 1 - one.value));
}

function lack(words: readonly Word[], has: (word: Word) => boolean): number {
  return share(words.filter((it) => !has(it)).length, words.length);
}

function windowShare(it: View, weights: readonly number[], reach: number): number {
  return bestWindow(it.found, weights, it.source.sentences.length, reach).missing / (sum(weights) || 1);
}

function newPairs(words: readonly Word[], source: ReadySource): number {
  const fresh = words.slice(1).filter((it, at) => !source.pairs.has(`${words[at]!.stem} ${it.stem}`));
  return share(fresh.length, words.length - 1);
}

/** Share of neighbouring content words that no sentence of the source holds together. */
function apart({ found }: View): number {
  const split = found.slice(1).filter((it, at) => {
    const left = new Set(found[at]!.at);
    return !it.at.some((place) => left.has(place));
  });
  return share(split.length, found.length - 1);
}

/** Words between two words that still count as close. */
const closeWords = 6;

function neverClose({ content, source }: View): number {
  const spots = content.map((it) => source.spots.get(it.stem) ?? []);
  const far = spots
    .slice(1)
    .filter((right, at) => !spots[at]!.some((l) => right.some((r) => Math.abs(l - r) <= closeWords)));
  return share(far.length, content.length - 1);
}

/** Names of several words, and the share that the source does not write in a row. */
function namePhrases({ words, source }: View): { missing: number; count: number } {
  let count = 0;
  let missing = 0;
  for (let at = 0; at < words.length; at += 1) {
    let end = at;
    while (end < words.length && isCapital(words[end]!)) end += 1;
    if (end - at < 2) continue;
    count += 1;
    if (newPairs(words.slice(at, end), source) > 0) missing += 1;
    at = end;
  }
  return { missing: share(missing, count), count };
}

function isCapital(it: Word): boolean {
  return it.isNumber || (/^\p{Lu}/u.test(it.text) && !it.isGrammar);
}

function longestRun({ words, source }: View): number {
  let most = 0;
  for (const [at, word] of words.entries()) {
    for (const spot of source.spots.get(word.stem) ?? []) {
      let length = 1;
      while (at + length < words.length && source.stems[spot + length] === words[at + length]!.stem)
        length += 1;
      most = Math.max(most, length);
    }
  }
  return most;
}

const runLimit = 6;

function longestMissing(found: readonly Presence[]): number {
  let most = 0;
  let now = 0;
  for (const it of found) {
    now = it.value === 0 ? now + 1 : 0;
    most = Math.max(most, now);
  }
  return Math.min(runLimit, most);
}

const clauseBorder = /[,;:()]|\b(?:and|but|which|while|because|as|so|that|with|such as|including)\b/;
const shortestClause = 3;

/** Share missing from the best place for the clause that has it worst. */
function worstClause({ text, source }: View): number {
  const shares = text.split(clauseBorder).map((clause) => {
    const content = wordsIn(clause).filter((it) => !it.isGrammar);
    if (content.length < shortestClause) return 0;
    const found = content.map((it) => presence(it.stem, source));
    const even = content.map(() => 1);
    return bestWindow(found, even, source.sentences.length, 1).missing / content.length;
  });
  return Math.max(0, ...shares);
}

/** Share missing from the passages the statement itself cites; 0 where it cites none, 1 for passages there are not. */
function missingWhereCited({ text, content, source }: View): number {
  const cited = [...text.matchAll(/\bpassages? (\d+)/gi)].map((it) => it[1]!);
  if (cited.length === 0) return 0;
  const within = cited.flatMap((it) => source.passages.get(it) ?? []);
  if (within.length === 0) return 1;
  const known = new Set(within.flatMap((at) => source.sentences[at]!.words.map((it) => it.stem)));
  const told = content.filter((it) => !it.stem.startsWith("passag") && !it.isNumber);
  return lack(told, (it) => known.has(it.stem));
}

function rootsMissing({ content, found, source }: View): number {
  const rootless = content.filter(
    ({ stem: it }, at) =>
      found[at]!.value === 0 && it.length >= rootLength && !source.roots.has(it.slice(0, rootLength)),
  );
  return share(rootless.length, content.length);
}

function inflectedMissing({ content, found }: View): number {
  const inflected = content.filter((it, at) => found[at]!.value === 0 && /(?:ed|ing|s)$/.test(it.text));
  return share(inflected.length, content.length);
}

/** How much the statement speaks of what the source speaks of throughout. */
function subjectShare({ content, source }: View): number {
  const size = source.sentences.length;
  return share(
    sum(content.map((it) => Math.min(1, (source.places.get(it.stem)?.length ?? 0) / size))),
    content.length,
  );
}

function absolutesMissing({ text, source }: View): number {
  const words = [...text.matchAll(absolutes)].filter((it) => !source.places.has(stem(it[0].toLowerCase())));
  return Math.min(3, words.length);
}
