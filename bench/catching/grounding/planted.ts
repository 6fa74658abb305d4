// Gates on their declared job: faults of known kinds are planted in outputs that people found right.
//
//   P1. Only carriers the gate does not already reject are planted in; how many it rejects is the false-alarm rate.
//   P2. A planted value that stands in the source is no fault: it is dropped and counted.
//   P3. Unsure is neither caught nor a false alarm; it is counted apart.

import type { Check } from "../../../src/check/check.ts";
import { runChecks } from "../../../src/check/judge-checks.ts";
import { type Interval, wilson } from "../../../src/check/mutation/interval.ts";
import { mutateValue } from "../../../src/check/mutation/mutate-value.ts";
import type { Carrier } from "../../../src/check/mutation/mutation.ts";

/** The kinds of fault the gate declares that it catches, and what plants them. */
export const faultKinds = {
  quote: ["quote-altered"],
  number: ["number-changed", "digits-transposed"],
  date: ["date-changed"],
  name: ["name-invented"],
} as const;

export type FaultKind = keyof typeof faultKinds;
export const kinds: readonly FaultKind[] = ["quote", "number", "date", "name"];

export type Judgement = "pass" | "fail" | "unsure";

/** What a gate said of a carrier as it is. */
export interface Judged {
  readonly carrier: Carrier;
  readonly result: Judgement;
  /** What was found wrong or doubtful, for people. */
  readonly why: string;
}

/** What a gate said of one planted fault. */
export interface Trial {
  readonly kind: FaultKind;
  readonly carrier: string;
  readonly before: string;
  readonly after: string;
  readonly result: Judgement;
  /** True when the carrier passed; false when it was unsure before anything was planted. */
  readonly onPassing: boolean;
}

export interface Planted {
  readonly trials: readonly Trial[];
  /** Plants dropped because the source bears them out, or because they changed nothing. */
  readonly dropped: Readonly<Record<FaultKind, number>>;
}

/** A gate's word on an output. */
export async function judge(gate: Check, output: unknown, it: Carrier): Promise<Judged> {
  const [verdict] = await runChecks([gate], output, it.context);
  if (verdict === undefined) throw new Error("a gate gave no verdict");
  const why = verdict.problems.map((one) => `${one.message}: ${one.claimed ?? ""}`).join("; ");
  return { carrier: it, result: verdict.result, why: why === "" ? (verdict.note ?? "") : why };
}

/** A gate's word on every carrier as it is. */
export async function judgeAll(gate: Check, carriers: readonly Carrier[]): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  for (const it of carriers) judged.push(await judge(gate, it.output, it));
  return judged;
}

/** Plants faults of the kinds in every carrier that was not rejected (P1), and judges each. */
export async function plantAll(
  gate: Check,
  judged: readonly Judged[],
  settings: { readonly kinds: readonly FaultKind[]; readonly perCarrier: number; readonly seed: number },
): Promise<Planted> {
  const trials: Trial[] = [];
  const dropped = { quote: 0, number: 0, date: 0, name: 0 };
  for (const { carrier, result } of judged) {
    if (result === "fail") continue;
    for (const kind of settings.kinds) {
      const options = { operators: faultKinds[kind], perCarrier: settings.perCarrier, seed: settings.seed };
      const made = mutateValue(carrier, options);
      dropped[kind] += made.dropped.length;
      for (const mutant of made.mutants) {
        const said = await judge(gate, mutant.output, carrier);
        const { before, after } = mutant;
        trials.push({
          kind,
          carrier: carrier.name,
          before,
          after,
          result: said.result,
          onPassing: result === "pass",
        });
      }
    }
  }
  return { trials, dropped };
}

/** How many trials ended in a result, as a share with its interval. */
export function shareOf(trials: readonly { readonly result: Judgement }[], result: Judgement): Interval {
  return wilson(trials.filter((it) => it.result === result).length, trials.length);
}
