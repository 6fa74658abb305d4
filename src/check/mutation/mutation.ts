// Mutation: gates are tested by planting known faults in outputs known to be right.
//
//   MU1. A fault is planted in one place of an otherwise unchanged output.
//   MU2. A mutant differs from its carrier in canonical form; one that does not is dropped and counted.
//   MU3. A number, date, quotation or name planted in a text occurs nowhere in what was read, where the operator says so:
//        else it might be no fault. Such mutants are dropped and counted.
//   MU4. The same carriers, operators and seed give the same mutants, in the same order.
//   MU5. What a schema refuses never reaches the checks, and is counted apart from what they catch.
//   MU6. Unsure is neither caught nor survived: it is counted apart, for mutants and for carriers.

import type { Value } from "../../base/values.ts";
import type { CheckContext, Source } from "../check.ts";
import type { Grounds } from "./grounds.ts";
import type { Place } from "./places.ts";

/** An output known to be right, and what checks may look at beside it. */
export interface Carrier {
  /** Shown with survivors and false alarms. */
  readonly name: string;
  readonly output: unknown;
  /** Passed to the checks as it is. */
  readonly context: CheckContext;
  /** Values known from elsewhere, such as the answers of other steps: `value-recited` takes from it. */
  readonly pool?: readonly Source[];
  /** Its schema: false for an output that it refuses. */
  readonly accepts?: (output: unknown) => boolean | Promise<boolean>;
}

/** What a planted text must not be borne out by: the words that make it a fault. */
export interface Claim {
  /** `amount`: a number with its unit, which a bare number does not bear out. */
  readonly kind: "number" | "amount" | "date" | "quote" | "name";
  readonly text: string;
}

/** One way to make a place wrong. */
export interface Fault {
  /** What stands at the place instead. */
  readonly value: Value;
  /** The part that changed, for people. */
  readonly before: string;
  readonly after: string;
  /** Set where a source could bear the planted part out (MU3). */
  readonly claim?: Claim;
}

/** A spot at a place: ways to make it wrong, the plainest first. The first that is a fault is planted. */
export type Spot = (random: () => number) => readonly Fault[];

/** Plants one kind of fault. Pure: the same place, grounds and random numbers give the same faults. */
export interface Operator {
  readonly name: string;
  /** One line: what it does. */
  readonly doc: string;
  /** What to do about a survivor. */
  readonly hint: string;
  /** The spots at a place; none where the operator does not apply. */
  readonly spots: (place: Place, grounds: Grounds) => readonly Spot[];
}

/** A carrier's output with one fault in it. */
export interface Mutant {
  readonly operator: string;
  readonly carrier: string;
  /** Where: `claims[2].quote`; "" is the output itself. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
  readonly output: Value;
}

export interface MutateOptions {
  /** Names of operators. Default: all. */
  readonly operators?: readonly string[] | undefined;
  /** Most faults of one operator, over all carriers. Default 20. */
  readonly perOperator?: number | undefined;
  /** Most faults of one operator in one carrier. Default: `perOperator`. */
  readonly perCarrier?: number | undefined;
  /** The same seed gives the same mutants. Default 1. */
  readonly seed?: string | number | undefined;
  /** Only places with these paths; "" is the output itself. */
  readonly where?: ((path: string) => boolean) | undefined;
  /** Told of each operator before its mutants are judged. */
  readonly onOperator?: ((operator: string) => void) | undefined;
}

/** Faults of one operator over all carriers, when nothing else is said. */
export const defaultPerOperator = 20;
