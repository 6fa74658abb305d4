// Agreement over real runs of agents: an answer is accepted when runs that know nothing of each other give the
// same one. What is reported is the silent error: the share of all questions whose accepted answer is wrong.
//
// Pairings are fixed in advance, by set-up and seed. Whether a run was right is for the scorer alone.

import { agreement } from "firebreak";
import { answerValue } from "./agreement-answer.ts";
import { flag, number, readRows, type Row, text } from "./data.ts";
import { type Interval, percent, resampled } from "./intervals.ts";
import type { PartResult, PartRow, RunPart } from "./part.ts";

const set = "agents-ag2-gsmplus";
const resamples = 1_000;
const quickResamples = 200;

/** One run of one set-up on one question. */
interface Given {
  readonly setup: string;
  readonly seed: number;
  /** What it answers; undefined: nothing. */
  readonly value: number | string | undefined;
  readonly correct: boolean;
}

/** All runs on one question: what hangs together. */
interface Question {
  readonly runs: readonly Given[];
  /** The question lacks a number it needs: the right answer is to say so. */
  readonly lacks: boolean;
}

/** What a rule makes of some runs on one question. */
export interface Accepted {
  readonly accepted: boolean;
  /** Accepted and wrong. */
  readonly wrong: boolean;
}

/**
 * Accepts what at least `k` of the runs say, compared as the library's `agrees` does, unless as many say something
 * else. Where runs that say the same differ in being right, it counts as wrong.
 */
export function accept(runs: readonly Pick<Given, "value" | "correct">[], k: number): Accepted {
  const [most, next] = agreement(runs.map((it) => it.value));
  const count = most?.members.length ?? 0;
  const accepted = count >= k && count > 0 && count > (next?.members.length ?? 0);
  return { accepted, wrong: accepted && most!.members.some((at) => !runs[at]!.correct) };
}

/** Some runs out of those on one question, and how many of them must agree. */
interface Rule {
  readonly name: string;
  readonly k: number;
  /** Every choice of runs that the rule is tried on. */
  readonly choices: readonly Choice[];
}

/** Runs by set-up and seed. */
type Choice = readonly { readonly setup: string; readonly seed: number }[];

/** Measures every pairing, and k of n. Without the data set it says so. */
export const run: RunPart = async ({ data, seed, quick }) => {
  const rows = readRows(data, set, "runs.jsonl");
  if (rows === undefined) return skipped();
  const questions = questionsOf(rows, lackingOf(data));
  const setups = distinct(rows.map(setupOf)).toSorted();
  const seeds = [...new Set(rows.map((it) => number(it, "seed")))].toSorted((a, b) => a - b);
  const settings = { seed, resamples: quick ? quickResamples : resamples };
  const rules = rulesOf(setups, seeds);
  const measured = rules.map((it) => rowOf(it, questions, settings));
  const split = rules.slice(0, 3).flatMap((it) => splitRows(it, questions, settings));
  return Promise.resolve(result([...measured, ...split], questions, setups, seeds));
};

function skipped(): PartResult {
  const note = `Skipped: FIREBREAK_DATA names no folder with ${set}/runs.jsonl.`;
  return { part: "agreement", rows: [], notes: [note] };
}

function setupOf(row: Row): string {
  return `${text(row, "model")}/${text(row, "prompt")}/${text(row, "topology")}`;
}

function lackingOf(data: string | undefined): ReadonlySet<string> {
  const rows = readRows(data, set, "questions.jsonl") ?? [];
  return new Set(rows.filter((it) => it["perturbation"] === "critical thinking").map((it) => text(it, "id")));
}

function questionsOf(rows: readonly Row[], lacking: ReadonlySet<string>): readonly Question[] {
  return [...Map.groupBy(rows, (it) => text(it, "id"))].map(([id, own]) => ({
    lacks: lacking.has(id),
    runs: own.map((row) => ({
      setup: setupOf(row),
      seed: number(row, "seed"),
      value: answerValue(text(row, "given")),
      correct: flag(row, "correct"),
    })),
  }));
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function pairsOf<Item>(items: readonly Item[]): [Item, Item][] {
  return items.flatMap((one, at) => items.slice(at + 1).map((other): [Item, Item] => [one, other]));
}

/** The rules, from the names of set-ups and seeds alone. */
function rulesOf(setups: readonly string[], seeds: readonly number[]): Rule[] {
  const all = setups.flatMap((setup) => seeds.map((seed) => ({ setup, seed })));
  const of = (setup: string, at: readonly number[]): Choice => at.map((seed) => ({ setup, seed }));
  const alone = { name: "no gate: every answer given", k: 1, choices: all.map((it) => [it]) };
  const same = setups.map((setup) => ({
    name: `2 seeds of ${setup}`,
    k: 2,
    choices: pairsOf(seeds).map((pair) => of(setup, pair)),
  }));
  const across = pairsOf(setups).map((pair) => ({
    name: `${pair[0]} with ${pair[1]}`,
    k: 2,
    choices: seeds.map((seed) => pair.map((setup) => ({ setup, seed }))),
  }));
  const thirds = [seeds.slice(0, 3), seeds.slice(3, 6)].filter((it) => it.length === 3);
  const triples = setups.flatMap((setup) => thirds.map((it) => of(setup, it)));
  return [
    alone,
    { name: "2 agree: every pair of runs", k: 2, choices: pairsOf(all) },
    { name: "2 agree: same set-up", k: 2, choices: same.flatMap((it) => it.choices) },
    { name: "2 agree: other set-up, same seed", k: 2, choices: across.flatMap((it) => it.choices) },
    { name: "2 of 3 seeds of one set-up", k: 2, choices: triples },
    { name: "3 of 3 seeds of one set-up", k: 3, choices: triples },
    { name: "6 of 6 seeds of one set-up", k: 6, choices: setups.map((it) => of(it, seeds)) },
    ...same,
    ...across,
  ];
}

/** What a rule makes of one question, over all its choices: sums, so that questions can be drawn anew. */
interface Sums {
  readonly tried: number;
  readonly accepted: number;
  readonly wrong: number;
}

function sumsOf(question: Question, { choices, k }: Rule): Sums {
  const runs = new Map(question.runs.map((it) => [`${it.setup} ${it.seed}`, it]));
  const found = choices.map((choice) => choice.flatMap((it) => runs.get(`${it.setup} ${it.seed}`) ?? []));
  // A run that is not in the data is not a run that disagreed.
  const whole = found.filter((it, at) => it.length === choices[at]?.length).map((it) => accept(it, k));
  return {
    tried: whole.length,
    accepted: whole.filter((it) => it.accepted).length,
    wrong: whole.filter((it) => it.wrong).length,
  };
}

interface Settings {
  readonly seed: number;
  readonly resamples: number;
}

function rowOf(rule: Rule, questions: readonly Question[], settings: Settings): PartRow {
  const sums = questions.map((it) => sumsOf(it, rule));
  const of = (field: "accepted" | "wrong"): Interval =>
    resampled(sums, (drawn) => ratioOf(drawn, (it) => it[field]), settings);
  const accepted = of("accepted");
  const wrong = of("wrong");
  const reference = references[rule.name];
  const range = `[${percent(accepted.low)}, ${percent(accepted.high)}]`;
  return {
    name: `${rule.name}: silent error`,
    n: sums.reduce((all, it) => all + it.tried, 0),
    ...wrong,
    ...(reference === undefined ? {} : { reference }),
    note: `accepted ${percent(accepted.value)} ${range}; of these ${percent(wrong.value / accepted.value)} wrong`,
  };
}

/** The same rule on the questions that lack a needed number, and on those that do not. */
function splitRows(rule: Rule, questions: readonly Question[], settings: Settings): PartRow[] {
  const [lacking, whole] = [true, false].map((lacks) => questions.filter((it) => it.lacks === lacks));
  if (!lacking?.length || !whole?.length) return [];
  const own = (name: string): Rule => ({ ...rule, name: `${rule.name}, ${name}` });
  return [
    rowOf(own("questions that lack a needed number"), lacking, settings),
    rowOf(own("questions that lack nothing"), whole, settings),
  ];
}

function ratioOf(sums: readonly Sums[], part: (it: Sums) => number): number {
  const whole = sums.reduce((all, it) => all + it.tried, 0);
  return whole === 0 ? 0 : sums.reduce((all, it) => all + part(it), 0) / whole;
}

const references: Readonly<Record<string, string>> = {
  "no gate: every answer given": "12.1 % of all are wrong in silence",
  "2 agree: every pair of runs": "two runs agreeing: 3.8 % of all at 80.8 % accepted",
  "2 agree: same set-up": "two runs agreeing: 3.8 % of all at 80.8 % accepted",
};

function result(
  rows: readonly PartRow[],
  questions: readonly Question[],
  setups: readonly string[],
  seeds: readonly number[],
): PartResult {
  const single = pairsOf(setups.flatMap((setup) => seeds.map((seed) => ({ setup, seed })))).map((choice) => {
    const sums = questions.map((it) => sumsOf(it, { name: "", k: 2, choices: [choice] }));
    return ratioOf(sums, (it) => it.wrong);
  });
  const sorted = single.toSorted((a, b) => a - b);
  const at = (share: number): string => percent(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
  return {
    part: "agreement",
    rows,
    notes: [
      `${questions.length} questions, ${setups.length} set-ups (model/prompt/topology), seeds ${seeds.join(", ")}; intervals draw whole questions. An empty answer is never accepted and is no silent error.`,
      `The ${single.length} single pairings one by one: silent error from ${at(0)} to ${at(1)}, median ${at(0.5)}, 95 % of them between ${at(0.025)} and ${at(0.975)}.`,
    ],
  };
}
