// Measures checks: what they say of carriers as they are, and of mutants of those that pass.

import { canonical } from "../../base/values.ts";
import { seededRandom } from "../../base/random.ts";
import type { Check, CheckContext, Verdict } from "../check.ts";
import { gatePasses, isDear, runChecks } from "../judge-checks.ts";
import { groundsOf } from "./grounds.ts";
import { type Interval, wilson } from "./interval.ts";
import { type Dropped, plantings, shuffled } from "./mutate-value.ts";
import {
  type Carrier,
  defaultPerOperator,
  type Mutant,
  type MutateOptions,
  type Operator,
} from "./mutation.ts";
import { operatorsNamed } from "./operators.ts";
import { kindOfPath } from "./places.ts";

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

/** Longest time the checks may take over one output, ms; then they are unsure. */
export const judgeLimitMs = 60_000;

/**
 * Runs checks on carriers, then on mutants of the carriers that pass. One output at a time; nothing is written.
 *
 * @throws OPERATOR_UNKNOWN; CHECK_PATH_UNKNOWN; VALUE_UNSUPPORTED for an output.
 */
export async function measureChecks(
  checks: readonly Check<never, never>[],
  carriers: readonly Carrier[],
  options: MutateOptions = {},
): Promise<Measurement> {
  const chosen = operatorsNamed(options.operators);
  const list: Alarm[] = [];
  const sound: Carrier[] = [];
  for (const it of carriers) {
    const verdicts = await judge(checks, canonical(it.output, it.name).value, it.context);
    if (gatePasses(verdicts)) sound.push(it);
    else list.push(alarmOf(it.name, verdicts));
  }
  const tallies: Tally[] = [];
  for (const operator of chosen) {
    options.onOperator?.(operator.name);
    tallies.push(await tallyOf(operator, checks, sound, options));
  }
  const alarms = list.filter((it) => it.result === "fail").length;
  const results = tallies.map((it) => it.result);
  return {
    carriers: {
      n: carriers.length,
      passed: sound.length,
      alarms,
      unsure: list.length - alarms,
      rate: wilson(alarms, carriers.length),
      list,
    },
    operators: results.filter((it) => it.planted + it.bySchema + it.equivalent + it.supported > 0),
    total: totalOf(results),
    places: placesOf(tallies.flatMap((it) => it.fates)),
    survivors: tallies.flatMap((it) => it.survivors),
    unsureMutants: tallies.flatMap((it) => it.unsure),
  };
}

async function judge(
  checks: readonly Check<never, never>[],
  output: unknown,
  context: CheckContext,
): Promise<readonly Verdict[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Verdict[]>((resolve) => {
    const note = `no verdict within ${judgeLimitMs / 1_000} s`;
    timer = setTimeout(
      () => resolve([{ check: "time limit", result: "unsure", problems: [], note }]),
      judgeLimitMs,
    );
  });
  try {
    return await Promise.race([judgeInTurn(checks as readonly Check[], output, context), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Dear checks are asked only where no cheap one has failed, as in a gate. */
async function judgeInTurn(
  checks: readonly Check[],
  output: unknown,
  context: CheckContext,
): Promise<readonly Verdict[]> {
  const cheap = await runChecks(checks, output, context, (at) => !isDear(checks[at]!));
  if (cheap.length === checks.length || cheap.some((it) => it.result === "fail")) return cheap;
  return [...cheap, ...(await runChecks(checks, output, context, (at) => isDear(checks[at]!)))];
}

function alarmOf(carrier: string, verdicts: readonly Verdict[]): Alarm {
  const failed = verdicts.filter((it) => it.result === "fail");
  const told = failed.length > 0 ? failed : verdicts.filter((it) => it.result === "unsure");
  const why = told.map((it) => it.problems[0]?.message ?? it.note ?? it.result).join("; ");
  return {
    carrier,
    result: failed.length > 0 ? "fail" : "unsure",
    by: told.map((it) => it.check),
    why: verdicts.length === 0 ? "it has no check" : why,
  };
}

type Fate = "caught" | "unsure" | "survived";

interface Tally {
  readonly fates: readonly (readonly [path: string, fate: Fate])[];
  readonly result: OperatorResult;
  readonly survivors: readonly Survivor[];
  readonly unsure: readonly Survivor[];
}

async function tallyOf(
  operator: Operator,
  checks: readonly Check<never, never>[],
  carriers: readonly Carrier[],
  options: MutateOptions,
): Promise<Tally> {
  const survivors: Survivor[] = [];
  const unsure: Survivor[] = [];
  const fates: [string, Fate][] = [];
  const by: Record<string, number> = {};
  const counts = { planted: 0, caught: 0, bySchema: 0, equivalent: 0, supported: 0 };
  for (const { carrier, it } of inTurn(operator, carriers, options)) {
    if ("why" in it) {
      counts[it.why] += 1;
      continue;
    }
    if (carrier.accepts !== undefined && !(await carrier.accepts(it.output))) {
      counts.bySchema += 1;
      continue;
    }
    counts.planted += 1;
    const verdicts = await judge(checks, it.output, carrier.context);
    const failed = verdicts.filter((verdict) => verdict.result === "fail");
    for (const { check } of failed) by[check] = (by[check] ?? 0) + 1;
    const fate = failed.length > 0 ? "caught" : gatePasses(verdicts) ? "survived" : "unsure";
    fates.push([kindOfPath(it.path), fate]);
    if (fate === "caught") counts.caught += 1;
    else (fate === "survived" ? survivors : unsure).push(survivorOf(it, operator));
    if (counts.planted + counts.bySchema >= (options.perOperator ?? defaultPerOperator)) break;
  }
  const result: OperatorResult = {
    operator: operator.name,
    ...counts,
    unsure: unsure.length,
    survived: survivors.length,
    rate: wilson(counts.caught, counts.planted),
    by,
  };
  return { result, fates, survivors, unsure };
}

function placesOf(fates: Tally["fates"]): readonly PlaceResult[] {
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

function survivorOf({ operator, carrier, path, before, after }: Mutant, { hint }: Operator): Survivor {
  return {
    operator,
    carrier,
    path,
    before,
    after,
    hint: hint.replaceAll("{path}", kindOfPath(path) || "the output"),
  };
}

/** One planting of each carrier after the other, in a drawn order, so that no carrier crowds out the rest. */
function* inTurn(
  operator: Operator,
  carriers: readonly Carrier[],
  options: MutateOptions,
): Generator<{ readonly carrier: Carrier; readonly it: Mutant | Dropped }> {
  const order = shuffled(carriers, seededRandom(`${options.seed ?? 1}\n${operator.name}`));
  let open = order.map((carrier) => ({
    carrier,
    left: options.perCarrier ?? Number.POSITIVE_INFINITY,
    made: lazily(carrier),
  }));
  function* lazily(carrier: Carrier): Generator<Mutant | Dropped> {
    yield* plantings(operator, carrier, groundsOf(carrier), options);
  }
  while (open.length > 0) {
    const next: typeof open = [];
    for (const turn of open) {
      for (;;) {
        const made = turn.made.next();
        if (made.done === true) break;
        yield { carrier: turn.carrier, it: made.value };
        if ("why" in made.value) continue;
        if (turn.left > 1) next.push({ ...turn, left: turn.left - 1 });
        break;
      }
    }
    open = next;
  }
}

function totalOf(results: readonly OperatorResult[]): OperatorResult {
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
