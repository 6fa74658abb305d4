// Measures checks: what they say of carriers as they are, and of mutants of those that pass.

import { canonical } from "../../base/values.ts";
import { seededRandom } from "../../base/random.ts";
import type { Check, CheckContext, Verdict } from "../check.ts";
import { gatePasses, isDear, runChecks } from "../judge-checks.ts";
import { groundsOf } from "./grounds.ts";
import { wilson } from "./interval.ts";
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
import {
  type Alarm,
  type Fate,
  type Measurement,
  type OperatorResult,
  placeResults,
  type Survivor,
  totalOf,
} from "./results.ts";

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
    places: placeResults(tallies.flatMap((it) => it.fates)),
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
