// Numbers spelled as words: "twelve", "twenty-one", "two hundred and five", "a dozen", "one and a half
// million", "third". English only.

const units: Readonly<Record<string, number>> = Object.fromEntries(
  (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen " +
    "seventeen eighteen nineteen"
  )
    .split(" ")
    .map((it, value) => [it, value]),
);
const tens: Readonly<Record<string, number>> = Object.fromEntries(
  "twenty thirty forty fifty sixty seventy eighty ninety".split(" ").map((it, at) => [it, 20 + 10 * at]),
);
const scales: Readonly<Record<string, number>> = {
  hundred: 100,
  dozen: 12,
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
  trillion: 1e12,
};
const ordinals: Readonly<Record<string, number>> = Object.fromEntries(
  (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth " +
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
  )
    .split(" ")
    .map((it, value) => [it, value]),
);

const simple = Object.keys({ ...units, ...tens }).join("|");
const big = Object.keys(scales).join("|");
const ordinal = Object.keys(ordinals).join("|");

/** A pattern for a run of number words; without flags or groups. */
export const numberWordsForm: string =
  `\\b(?:(?:a|an|half a) (?:${big})|(?:${simple}))` +
  `(?:(?:[ -]| and | and a )(?:${simple}|${big}|half)){0,11}\\b(?!-(?:${big})s)`;

/** A pattern for an ordinal as a word. */
export const ordinalWordForm: string = `\\b(?:(?:${Object.keys(tens).join("|")})-)?(?:${ordinal})\\b`;

/** One number of a run of words, by offsets in the run. */
export interface SpelledNumber {
  readonly value: number;
  readonly at: number;
  readonly end: number;
}

interface Sum {
  total: number;
  part: number;
  at: number;
  end: number;
  /** Size of the last word: a smaller one may follow it ("twenty one"), an equal one begins a new number. */
  last: number;
}

/** The numbers of a run of words: "two hundred and five" is one, "two and three" are two. */
export function readNumberWords(run: string): SpelledNumber[] {
  const found: SpelledNumber[] = [];
  let sum: Sum | undefined;
  const close = (): void => {
    if (sum !== undefined) found.push({ value: sum.total + sum.part, at: sum.at, end: sum.end });
    sum = undefined;
  };
  for (const match of run.toLowerCase().matchAll(/[a-z]+/g)) {
    const word = match[0];
    const end = match.index + word.length;
    if (word === "and" || word === "a" || word === "an") {
      if (sum === undefined) sum = { total: 0, part: word === "and" ? 0 : 1, at: match.index, end, last: 0 };
      continue;
    }
    if (word === "half") {
      if (sum === undefined) sum = { total: 0, part: 0.5, at: match.index, end, last: 0 };
      else if (/and a\s+$/i.test(run.slice(0, match.index)))
        Object.assign(sum, { part: sum.part + 0.5, end });
      continue;
    }
    const scale = scales[word];
    if (scale !== undefined) {
      sum ??= { total: 0, part: 1, at: match.index, end, last: 0 };
      if (scale <= 100) sum.part *= scale;
      else Object.assign(sum, { total: sum.total + sum.part * scale, part: 0 });
      Object.assign(sum, { end, last: scale });
      continue;
    }
    const value = units[word] ?? tens[word] ?? 0;
    const size = value >= 20 ? 10 : 1;
    if (sum !== undefined && !mayFollow(sum, size, value)) close();
    if (sum === undefined) sum = { total: 0, part: value, at: match.index, end, last: size };
    else Object.assign(sum, { part: sum.part + value, end, last: size });
  }
  close();
  return found;
}

/** "twenty one" and "hundred (and) five" go on; "one two" and "twenty twelve" do not. */
function mayFollow(sum: Sum, size: number, value: number): boolean {
  if (sum.last >= 100) return true;
  return sum.last === 10 && size === 1 && value > 0 && value < 10;
}

/** The value of an ordinal word, "twenty-first" included; undefined for another word. */
export function ordinalValue(word: string): number | undefined {
  const [first, second] = word.toLowerCase().split("-") as [string, string?];
  if (second === undefined) return ordinals[first];
  const ten = tens[first];
  return ten === undefined || ordinals[second] === undefined ? undefined : ten + ordinals[second];
}
