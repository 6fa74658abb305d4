// Faults of quotations: a content word is replaced or dropped.

import { wordsOf } from "../find-quote.ts";
import type { Grounds } from "./grounds.ts";
import type { Fault, Operator, Spot } from "./mutation.ts";
import type { Place } from "./places.ts";

/** Members whose text is a quotation as a whole. */
const quoting = /quot|excerpt|verbatim|passage|snippet|wording/i;

/** Fewest words of a quotation in which one is altered. */
const fewestWords = 3;
/** Most words of one quotation at which it is altered. */
const wordLimit = 40;

export function isQuote(place: Place): place is Place & { readonly value: string } {
  return (
    typeof place.value === "string" && quoting.test(place.name) && wordsOf(place.value).length >= fewestWords
  );
}

interface Stretch {
  readonly text: string;
  readonly at: number;
}

/** Quotations at a place: the whole text of a quoting member, else what stands between quotation marks. */
export function quotationsAt(place: Place): readonly Stretch[] {
  const { value } = place;
  if (typeof value !== "string") return [];
  if (isQuote(place)) return [{ text: value, at: 0 }];
  return [
    ...value.matchAll(
      /“([^”\n]{1,4000})”|«([^»\n]{1,4000})»|(?<![\p{L}\p{N}])"([^"\n]{1,4000})"(?![\p{L}\p{N}])/gu,
    ),
  ]
    .map((it) => ({ text: it[1] ?? it[2] ?? it[3] ?? "", at: it.index + 1 }))
    .filter((it) => wordsOf(it.text).length >= fewestWords);
}

const contentWord = /(?<![\p{L}\p{N}_-])\p{L}{4,}(?![\p{L}\p{N}_-])/gu;
const functionWords = new Set(
  "with from that this these those were have been which their there into than then also such when where what while".split(
    " ",
  ),
);
/** Stand in where the output holds no other word to take. */
const spareWords = ["various", "several", "certain", "general", "another"] as const;

function quoteSpots(place: Place, grounds: Grounds): readonly Spot[] {
  return quotationsAt(place).flatMap((quotation) => {
    const words = [...quotation.text.matchAll(contentWord)].filter(
      (it) => !functionWords.has(it[0].toLowerCase()),
    );
    return words.slice(0, wordLimit).map(
      (word): Spot =>
        (random) =>
          alterations(place.value as string, quotation, word, otherWords(grounds, random)),
    );
  });
}

/** Words that other quotations and texts of the output use, in a drawn order. */
function otherWords({ places }: Grounds, random: () => number): readonly string[] {
  const texts = places.filter((it) => typeof it.value === "string").slice(0, 200);
  const drawn = texts[Math.floor(random() * texts.length)]?.value as string | undefined;
  const words = [...(drawn ?? "").matchAll(contentWord)].map((it) => it[0]);
  const start = Math.floor(random() * Math.max(1, words.length));
  const spare = spareWords[Math.floor(random() * spareWords.length)]!;
  return [words[start], words[start + 2], spare].filter((it) => it !== undefined);
}

function alterations(
  text: string,
  quotation: Stretch,
  word: RegExpExecArray,
  others: readonly string[],
): readonly Fault[] {
  const puts = others.filter((it) => it.toLowerCase() !== word[0].toLowerCase());
  // Dropping a word is as frequent a fault as replacing one: every other word of a quotation is dropped first.
  const ordered = word.index % 2 === 0 ? [...puts, ""] : ["", ...puts];
  return ordered.map((put) => {
    const end = word.index + word[0].length + (put === "" ? 1 : 0);
    const altered = (quotation.text.slice(0, word.index) + put + quotation.text.slice(end)).trim();
    return {
      value: text.slice(0, quotation.at) + altered + text.slice(quotation.at + quotation.text.length),
      before: quotation.text,
      after: altered,
      claim: { kind: "quote", text: altered },
    };
  });
}

export const quoteOperator: Operator = {
  name: "quote-altered",
  doc: "a content word of a quotation is replaced or dropped",
  hint: 'look the quotation up word for word: grounded("{path}")',
  spots: quoteSpots,
};
