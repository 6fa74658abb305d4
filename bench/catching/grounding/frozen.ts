// What the scorers learned, as shipped: weights and thresholds fitted to the developers' half of the data, and
// which sources that was, so that rows they were fitted to are never reported as if they were new.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Logistic } from "./logistic.ts";
import type { ClaimModel } from "./scorer.ts";
import { featureNames } from "./support.ts";
import type { Fitted } from "./training.ts";

export interface Frozen {
  /** The features the weights belong to, in their order. */
  readonly features: readonly string[];
  /** Fitted to the sentences of RAGTruth answers; FaithBench uses it as it is. */
  readonly sentences: Logistic;
  readonly ragtruth: number;
  readonly faithbench: number;
  readonly claims: Fitted<ClaimModel>;
  /** Thresholds of the plain share of words missing, reported beside. */
  readonly overlap: { readonly ragtruth: number; readonly faithbench: number; readonly claims: number };
  /** Marks of the sources anything above was fitted to. */
  readonly fittedTo: readonly string[];
}

const path = join(import.meta.dirname, "frozen.json");

/** A short mark of a source, from which it cannot be told. */
export function markOf(source: string): string {
  return createHash("sha256").update(source).digest("hex").slice(0, 12);
}

/** The shipped weights. @throws when there are none, or they belong to other features than the code has. */
export function readFrozen(): Frozen {
  if (!existsSync(path)) throw new Error("frozen.json is missing: run this part with --train");
  // The only writer is `writeFrozen`; the features are held against the code's below.
  const frozen = JSON.parse(readFileSync(path, "utf8")) as Frozen;
  if (JSON.stringify(frozen.features) !== JSON.stringify(featureNames))
    throw new Error("frozen.json belongs to other features: run this part with --train");
  return frozen;
}

const digits = 6;

export function writeFrozen(it: Frozen): void {
  const round = (_: string, value: unknown): unknown =>
    typeof value === "number" ? Number(value.toPrecision(digits)) : value;
  writeFileSync(path, `${JSON.stringify(it, round)}\n`);
}
