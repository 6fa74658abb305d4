// Words that negate, words that give a comparison its direction, and words too small to tell sentences apart.

const negations = new Set(
  (
    "not no never none neither nor without cannot cant dont doesnt didnt isnt arent wasnt werent wont wouldnt couldnt " +
    "shouldnt hasnt havent hadnt aint unable"
  ).split(" "),
);

/** After these a negation negates nothing: "not only", "no more than", "no later than". */
const notTurned = new Set("only just more less longer fewer later earlier until doubt matter".split(" "));

/** True for a word that negates, given the next one of its sentence ("" for none). "No. 3" negates nothing. */
export function isNegation(word: string, next: string): boolean {
  if (word === "no" && /^(?:\d|$)/.test(next)) return false;
  return negations.has(word) && !notTurned.has(next);
}

const conditions = new Set("if unless whether assuming suppose supposing provided".split(" "));

/** True for a word that opens a condition ("if", "in case"), given the one before it. */
export function opensCondition(word: string, past: string): boolean {
  return conditions.has(word) || (word === "case" && past === "in");
}

/** Each row: an axis, the words of one direction, the words of the other. */
const rows: readonly (readonly [string, string, string])[] = [
  ["more or less", "more", "less fewer"],
  ["higher or lower", "higher highest above", "lower lowest below"],
  [
    "up or down",
    "increase increases increased increasing rise rises rose risen rising grow grows grew grown growing climbed climbs gain gained gains",
    "decrease decreases decreased decreasing fall falls fell fallen falling decline declines declined declining shrink shrank shrunk drop drops dropped reduce reduces reduced lost loses",
  ],
  ["before or after", "before prior preceding", "after following"],
  ["larger or smaller", "larger largest bigger biggest greater greatest", "smaller smallest lesser"],
  ["most or least", "most maximum majority", "least minimum minority"],
  ["faster or slower", "faster fastest quicker", "slower slowest"],
  ["older or younger", "older oldest elder", "younger youngest"],
  ["earlier or later", "earlier earliest", "later latest"],
  ["longer or shorter", "longer longest taller tallest", "shorter shortest"],
  ["better or worse", "better best", "worse worst"],
  ["stronger or weaker", "stronger strongest", "weaker weakest"],
  ["heavier or lighter", "heavier heaviest", "lighter lightest"],
  ["hotter or colder", "hotter hottest warmer warmest", "colder coldest cooler coolest"],
  ["cheaper or dearer", "cheaper cheapest", "dearer pricier costlier"],
  ["positive or negative", "positive positively", "negative negatively"],
  [
    "allowed or forbidden",
    "allow allows allowed permit permits permitted",
    "forbid forbids forbidden prohibit prohibits prohibited ban banned",
  ],
  [
    "accepted or rejected",
    "accept accepts accepted approve approved",
    "reject rejects rejected refuse refused deny denied",
  ],
];

const directions = new Map<string, { readonly axis: string; readonly sign: 1 | -1 }>(
  rows.flatMap(([axis, ups, downs]) => [
    ...ups.split(" ").map((it) => [it, { axis, sign: 1 }] as const),
    ...downs.split(" ").map((it) => [it, { axis, sign: -1 }] as const),
  ]),
);

/** The direction a folded word gives, if any. */
export function directionOf(word: string): { readonly axis: string; readonly sign: 1 | -1 } | undefined {
  return directions.get(word);
}

const small = new Set(
  (
    "a an the this that these those and or but if then so as of at by for from in into on onto to with about over under than " +
    "is are was were be been being am do does did done has have had having can could may might will would shall should must " +
    "it its he she they them his her their theirs we us our you your i me my who whom whose which what when where why how " +
    "there here also too very much many some any all each every both either other another such own same just only even still " +
    "while because since until during between through against per via up down out off again further once however therefore thus"
  ).split(" "),
);

/** True for a word too small to tell sentences apart. */
export function isSmallWord(word: string): boolean {
  return small.has(word);
}

/** A word without its commonest endings: enough to hold "inhibits" and "inhibit" for one word. */
export function stem(word: string): string {
  if (word.length < 5) return word.length === 4 && /[^s]s$/.test(word) ? word.slice(0, 3) : word;
  const bare = word.replace(/(?:ies|ied)$/, "y").replace(/(?:ing|ed|es|ly|s|e)$/, "");
  return bare.length < 3 ? word : bare.replace(/([bdfgklmnprt])\1$/, "$1").replace(/e$/, "");
}
