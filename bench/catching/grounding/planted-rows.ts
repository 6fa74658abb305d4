// The gate on its declared job, as rows: catch by kind, false alarms by set, unsure beside.

import type { Check } from "../../../src/check/check.ts";
import type { Carrier } from "../../../src/check/mutation/mutation.ts";
import type { PartRow } from "../part.ts";
import { cleanBiographies, cleanResponses, quoteCarriers } from "./carriers.ts";
import type { Labelled, LabelledClaims } from "./labelled.ts";
import {
  type FaultKind,
  judgeAll,
  type Judged,
  kinds,
  plantAll,
  type Planted,
  shareOf,
  type Trial,
} from "./planted.ts";

const catchBar = "bar: at least 0.95";
const alarmBar = "bar: at most 0.02";

/** What is shown of each miss and alarm at most. */
const shownLimit = 200;

export interface PlantedSets {
  readonly ragtruth: readonly Labelled[];
  readonly faithbench: readonly Labelled[];
  readonly factscore: readonly LabelledClaims[];
}

export interface PlantedReport {
  readonly rows: readonly PartRow[];
  /** Each false alarm and miss with its text: for the terminal, never for a file, since the licences forbid it. */
  readonly shown: readonly string[];
}

/** Plants faults in what people found right, and tells what the gate makes of both. */
export async function plantedRows(
  gate: Check,
  sets: PlantedSets,
  settings: { readonly seed: number; readonly perCarrier: number },
): Promise<PlantedReport> {
  const bySet: readonly (readonly [string, readonly Carrier[]])[] = [
    ["RAGTruth QA", cleanResponses("ragtruth", sets.ragtruth)],
    ["FaithBench", cleanResponses("faithbench", sets.faithbench)],
    ["FActScore", cleanBiographies(sets.factscore)],
  ];
  const judged = new Map<string, readonly Judged[]>();
  for (const [set, carriers] of bySet) judged.set(set, await judgeAll(gate, carriers));
  const all = [...judged.values()].flat();
  const quoting = await judgeAll(
    gate,
    quoteCarriers(
      bySet.flatMap(([, it]) => it),
      settings.seed,
    ),
  );
  const inResponses = await plantAll(gate, all, { kinds, ...settings });
  const inQuotes = await plantAll(gate, quoting, { kinds: ["quote"], ...settings });
  return {
    rows: [
      ...catchRows(inResponses, inQuotes),
      alarmRow("all clean responses", all),
      ...[...judged].map(([set, some]) => alarmRow(set, some)),
      alarmRow("sentences that quote a source word for word", quoting),
    ].filter((it) => it.n > 0),
    shown: [
      ...all
        .filter((it) => it.result === "fail")
        .map((it) => `false alarm: ${it.carrier.name}: ${it.why}`.slice(0, shownLimit)),
      ...[...inResponses.trials, ...inQuotes.trials]
        .filter((it) => it.result === "pass")
        .map((it) => `missed ${it.kind}: ${it.carrier}: ${it.before} => ${it.after}`.slice(0, shownLimit)),
    ],
  };
}

function catchRows(inResponses: Planted, inQuotes: Planted): readonly PartRow[] {
  const trials = [...inResponses.trials, ...inQuotes.trials];
  const dropped = (kind: FaultKind): number => inResponses.dropped[kind] + inQuotes.dropped[kind];
  const rows = kinds.map((kind) =>
    catchRow(
      `planted ${kind} caught`,
      trials.filter((it) => it.kind === kind),
      dropped(kind),
    ),
  );
  const total = kinds.reduce((sum, it) => sum + dropped(it), 0);
  const macro = rows.filter((it) => it.n > 0).map((it) => it.value);
  const overall = catchRow("planted faults caught, overall", trials, total);
  const mean = macro.reduce((sum, it) => sum + it, 0) / Math.max(1, macro.length);
  return [...rows, { ...overall, note: `${overall.note}; mean over kinds ${mean.toFixed(3)}` }];
}

/** As `firebreak mutate` counts: faults in carriers that pass as they are. Those in doubtful ones are told beside. */
function catchRow(name: string, trials: readonly Trial[], dropped: number): PartRow {
  const passing = trials.filter((it) => it.onPassing);
  const { n, rate, low, high } = shareOf(passing, "fail");
  const all = shareOf(trials, "fail");
  return {
    name,
    n,
    value: rate,
    low,
    high,
    constant: 0,
    reference: catchBar,
    note:
      `unsure ${shareOf(passing, "unsure").rate.toFixed(3)}; with carriers it was unsure of ${all.rate.toFixed(3)} ` +
      `(${all.n}); dropped ${dropped} that the source bears out or that change nothing`,
  };
}

function alarmRow(name: string, judged: readonly Judged[]): PartRow {
  const { n, rate, low, high } = shareOf(judged, "fail");
  return {
    name: `false alarms: ${name}`,
    n,
    value: rate,
    low,
    high,
    constant: 0,
    reference: alarmBar,
    note: `unsure ${shareOf(judged, "unsure").rate.toFixed(3)}`,
  };
}
