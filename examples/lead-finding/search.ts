// Finding the papers that bear on the question, with SQLite's full-text index in memory.
//
// Papers that only share everyday words are left out by rank: the question's words and the tables' own vocabulary are
// searched together, and a paper stays when it ranks near the best one, or names what the question names.

import { DatabaseSync } from "node:sqlite";
import { wordsOf } from "./columns.ts";
import type { TextFile } from "./data.ts";

export interface FoundPaper {
  readonly file: string;
  /** bm25, larger is better, part of the best paper's. */
  readonly rank: number;
  /** Words of the question that it holds. */
  readonly words: readonly string[];
  readonly kept: boolean;
}

/** A paper stays when it ranks at least this near the best. */
const nearRank = 0.4;
/** Or this near, when it also holds a name of the question. */
const nearRankNamed = 0.1;
/** Fewest words of the question a kept paper holds, when it holds no name of it. */
const fewestWords = 2;

const everyday = new Set(
  (
    "a an the and or not of in on at to for from with by as is are was were be do does did has have had it its this that these those " +
    "which what who whom whose where when why how many much most more any all both either each two one out set can could should " +
    "would there here their they we our you your i if than then so into over under between among about answer question"
  ).split(" "),
);

/** The question's words worth searching: no everyday word, none of a single letter. */
export function questionWords(question: string): string[] {
  const words = question.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words.filter((word) => word.length > 1 && !everyday.has(word)))];
}

/** Names in the question: words with a capital that do not begin a sentence, or with capitals inside. */
export function questionNames(question: string): string[] {
  const words = [...question.matchAll(/\p{L}[\p{L}\p{N}]*/gu)];
  const begins = (index: number): boolean => /(^|[.?!]\s+)$/u.test(question.slice(0, index));
  const names = words.filter(({ 0: word, index }) =>
    /^(?:.+)?\p{Lu}/u.test(begins(index) ? word.slice(1) : word),
  );
  return [...new Set(names.map(([word]) => word.toLowerCase()))];
}

/** Ranks all papers, best first, and says of each whether it stays. `vocabulary`: names of tables and columns. */
export function searchPapers(
  question: string,
  papers: readonly TextFile[],
  vocabulary: readonly string[],
): FoundPaper[] {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE VIRTUAL TABLE paper USING fts5(file UNINDEXED, text, tokenize = 'porter unicode61')");
  const insert = database.prepare("INSERT INTO paper VALUES (?, ?)");
  for (const { file, text } of papers) insert.run(file, text);
  const holding = (word: string): Set<unknown> =>
    new Set(
      database
        .prepare("SELECT file FROM paper WHERE paper MATCH ?")
        .all(`"${word}"`)
        .map((row) => row["file"]),
    );
  const asked = new Map(questionWords(question).map((word) => [word, holding(word)]));
  const all = [
    ...new Set([...asked.keys(), ...vocabulary.flatMap(wordsOf).filter((word) => word.length > 2)]),
  ];
  const ranked =
    all.length === 0
      ? []
      : database
          .prepare(
            "SELECT file, -bm25(paper) AS rank FROM paper WHERE paper MATCH ? ORDER BY rank DESC, file",
          )
          .all(all.map((word) => `"${word}"`).join(" OR "));
  database.close();
  const names = new Set(questionNames(question));
  const scored = ranked.map((row) => {
    const words = [...asked].filter(([, files]) => files.has(row["file"])).map(([word]) => word);
    return {
      file: String(row["file"]),
      score: Number(row["rank"]),
      words,
      isNamed: words.some((it) => names.has(it)),
    };
  });
  const eligible = scored.filter((it) => it.isNamed || it.words.length >= fewestWords);
  // Where no paper may stay, the ranks are parts of the best of those that may not.
  const best = Math.max(...(eligible.length > 0 ? eligible : scored).map((it) => it.score), Number.EPSILON);
  return scored.map(({ file, score, words, isNamed }) => {
    const rank = Number((score / best).toFixed(4));
    const kept = isNamed ? rank >= nearRankNamed : words.length >= fewestWords && rank >= nearRank;
    return { file, rank, words, kept };
  });
}

/** The words tables are described in: their names and their columns' names. */
export function vocabularyOf(tables: readonly TextFile[]): string[] {
  return tables.flatMap(({ file, text }) => [
    (file.split("/").at(-1) ?? "").replace(/\.[^.]*$/, ""),
    ...(text.split("\n", 1)[0] ?? "").split(",").map((name) => name.trim()),
  ]);
}
