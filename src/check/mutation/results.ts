// What measuring checks comes to: counts by operator and by place, survivors, and carriers that did not pass.

import { type Interval, wilson } from "./interval.ts";

/** What became of the faults of one operator. */
export interface OperatorResult {
  readonly operator: string;
  /** Mutants that were judged: caught + unsure + survived. */
  readonly planted: number;
  readonly caught: number;
  readonly unsure: number;
  readonly survived: number;
  /** caught of planted. */
  readonly rate: Interval;
  /** How many each check caught; a mutant may be caught by several. */
  readonly by: Readonly<Record<string, number>>;
  /** Refused by the schema before any check saw them (MU5); not among the planted. */
  readonly bySchema: number;
  /** Dropped, since every fault equals the carrier (MU2). */
  readonly equivalent: number;
  /** Dropped, since what was read bears the planted part out (MU3). */
  readonly supported: number;
}

/** What became of the faults at the places of one kind. */
export interface PlaceResult {
  /** Without indexes: `claims[].quote`; "" is the output itself. */
  readonly path: string;
  readonly planted: number;
  readonly caught: number;
  readonly unsure: number;
  readonly survived: number;
}

/** A mutant that was not caught. */
export interface Survivor {
  readonly operator: string;
  readonly carrier: string;
  readonly path: string;
  readonly before: string;
  readonly after: string;
  /** What to do about it. */
  readonly hint: string;
}

/** A carrier that did not pass as it is. */
export interface Alarm {
  readonly carrier: string;
  readonly result: "fail" | "unsure";
  /** The checks that said so. */
  readonly by: readonly string[];
  readonly why: string;
}

export interface Measurement {
  readonly carriers: {
    readonly n: number;
    readonly passed: number;
    /** Failed as they are. */
    readonly alarms: number;
    readonly unsure: number;
    /** alarms of n. */
    readonly rate: Interval;
    readonly list: readonly Alarm[];
  };
  /** Those that planted, were refused or dropped anything, in the order of `operators`. */
  readonly operators: readonly OperatorResult[];
  readonly total: OperatorResult;
  /** By place, those of most survivors first: where none is caught, no check looks. */
  readonly places: readonly PlaceResult[];
  readonly survivors: readonly Survivor[];
  /** Mutants that the checks were unsure of. */
  readonly unsureMutants: readonly Survivor[];
}

/** What became of a mutant. */
export type Fate = "caught" | "unsure" | "survived";

/** Fates counted by place, most survivors first. */
export function placeResults(
  fates: readonly (readonly [path: string, fate: Fate])[],
): readonly PlaceResult[] {
  return [...Map.groupBy(fates, ([path]) => path)]
    .map(([path, list]) => {
      const count = (fate: Fate): number => list.filter((it) => it[1] === fate).length;
      return {
        path,
        planted: list.length,
        caught: count("caught"),
        unsure: count("unsure"),
        survived: count("survived"),
      };
    })
    .sort((a, b) => b.survived - a.survived || (a.path < b.path ? -1 : 1));
}

/** All operators together. */
export function totalOf(results: readonly OperatorResult[]): OperatorResult {
  const sum = (count: (it: OperatorResult) => number): number =>
    results.reduce((total, it) => total + count(it), 0);
  const by: Record<string, number> = {};
  for (const it of results)
    for (const [check, count] of Object.entries(it.by)) by[check] = (by[check] ?? 0) + count;
  const planted = sum((it) => it.planted);
  const caught = sum((it) => it.caught);
  return {
    operator: "all",
    planted,
    caught,
    unsure: sum((it) => it.unsure),
    survived: sum((it) => it.survived),
    rate: wilson(caught, planted),
    by,
    bySchema: sum((it) => it.bySchema),
    equivalent: sum((it) => it.equivalent),
    supported: sum((it) => it.supported),
  };
}
