// Which table a statement speaks of, by the words that name it. Pure.
//
//   R1. A table is chosen by words that name it, never because its numbers fit.
//   R2. Where two tables are named alike, none is chosen.

import type { Claim } from "../claims.ts";
import { type TableProfile, wordsOf } from "../columns.ts";
import { nounOf } from "./quantities.ts";

/** Brings forms of a word together: confirmed, confirmation, confirm. */
export function stemOf(word: string): string {
  const alias: Readonly<Record<string, string>> = {
    avg: "mean",
    average: "mean",
    doses: "dose",
    conc: "concentration",
  };
  const plain = alias[word.toLowerCase()] ?? word.toLowerCase();
  return plain.length < 5 ? plain : plain.replace(/(ations?|ated|ates?|ating|ions?|ings?|ed|es|s|e)$/, "");
}

/** Words that name a table: its file name, its runs and assays, its columns, each with a weight. */
function namesOf(table: TableProfile): Map<string, number> {
  const names = new Map<string, number>();
  const add = (words: readonly string[], weight: number): void => {
    // A run called "1" or "A" gives its table no name.
    for (const word of words.filter((it) => !/^(\d+|.)$/.test(it)).map(stemOf)) {
      names.set(word, Math.max(weight, names.get(word) ?? 0));
    }
  };
  for (const column of table.columns) {
    add(wordsOf(column.name), 0.5);
    if (column.meaning !== undefined) add([column.meaning], 0.5);
    if (column.meaning === "run" || column.meaning === "assay")
      add((column.values ?? []).flatMap(wordsOf), 1.5);
  }
  const own = wordsOf(table.name);
  add(own, 2);
  // Acronyms of the name: "hts_dose_response" is also DR.
  for (let from = 0; from < own.length - 1; from += 1)
    add(
      [
        own
          .slice(from)
          .map((it) => it[0])
          .join(""),
      ],
      2,
    );
  return names;
}

/** Fewest weight with which a table counts as named. */
const namedWeight = 0.4;

/** Words every experiment is described with: they name none. */
const common = new Set(["assay", "screen", "test", "data", "number", "um"].map(stemOf));
/** "confirmed hits": a condition on the compounds, not the name of the table they are counted in. */
const conditioned = /\b[a-z]+ed\s+(?=(?:hit|compound|molecule|inhibitor|ligand)s?\b)/gi;

/** The one table a claim's words name: its own, else its sentence's, else the sentence's before it (R1, R2). */
export function tableOf(
  claim: Claim,
  tables: readonly TableProfile[],
  ignored: readonly string[],
): TableProfile | undefined {
  const all = tables.map((table) => ({ table, names: namesOf(table) }));
  const skip = new Set(ignored.map(stemOf));
  const weigh = (text: string, names: ReadonlyMap<string, number>): number => {
    const words = text
      .replace(conditioned, "")
      .split(/[^A-Za-z0-9]+/)
      .filter((it) => it !== "" && !isCountNoun(it));
    const stems = [...new Set(words.map(stemOf))].filter((it) => !skip.has(it) && !common.has(it));
    return stems.reduce(
      (sum, stem) =>
        sum + (names.get(stem) ?? 0) / Math.max(1, all.filter((it) => it.names.has(stem)).length),
      0,
    );
  };
  for (const text of [claim.quote, sentenceOf(claim), claim.context ?? ""]) {
    const scored = all
      .map(({ table, names }) => ({ table, score: weigh(text, names) }))
      .sort((x, y) => y.score - x.score);
    const [best, next] = scored;
    if (best === undefined || best.score < namedWeight) continue;
    return best.score === next?.score ? undefined : best.table;
  }
  return undefined;
}

const isCountNoun = (word: string): boolean => ["compound", "row", "run"].includes(nounOf(word) ?? "");

/** The sentence, or the item of a numbered list, that a claim was cut from. */
function sentenceOf({ quote, context = "" }: Claim): string {
  const at = context.indexOf(quote);
  const start = [...context.slice(0, Math.max(0, at)).matchAll(/[.?!]\s|\s\d{1,2}\)\s/g)].at(-1);
  return context.slice(start === undefined ? 0 : start.index + start[0].length);
}
