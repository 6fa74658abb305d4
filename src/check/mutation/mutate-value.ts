// From a carrier to its mutants: spots in a drawn order, the first fault of a spot that is one.

import { seededRandom } from "../../base/random.ts";
import { canonical, type Value } from "../../base/values.ts";
import { type Grounds, groundsOf } from "./grounds.ts";
import {
  type Carrier,
  defaultPerOperator,
  type Mutant,
  type MutateOptions,
  type Operator,
  type Spot,
} from "./mutation.ts";
import { operatorsNamed } from "./operators.ts";
import { kindOfPath, type Place, replaceAt } from "./places.ts";

/** A spot that gave no mutant: every fault equals the carrier (MU2), or a source bears it out (MU3). */
export interface Dropped {
  readonly operator: string;
  readonly path: string;
  readonly why: "equivalent" | "supported";
}

export interface Mutated {
  readonly mutants: readonly Mutant[];
  readonly dropped: readonly Dropped[];
}

/** The faulty outputs of one carrier. Nothing is run. @throws OPERATOR_UNKNOWN; VALUE_UNSUPPORTED for the output */
export function mutateValue(carrier: Carrier, options: MutateOptions = {}): Mutated {
  const grounds = groundsOf(carrier);
  const most = Math.min(
    options.perOperator ?? defaultPerOperator,
    options.perCarrier ?? Number.POSITIVE_INFINITY,
  );
  const mutants: Mutant[] = [];
  const dropped: Dropped[] = [];
  for (const operator of operatorsNamed(options.operators)) {
    let count = 0;
    for (const it of plantings(operator, carrier, grounds, options)) {
      if (count >= most) break;
      if ("why" in it) dropped.push(it);
      else {
        mutants.push(it);
        count += 1;
      }
    }
  }
  return { mutants, dropped };
}

/** Most spots of one operator in one carrier that are tried. */
const spotLimit = 5_000;

interface Target {
  readonly place: Place;
  readonly spot: Spot;
}

/** Mutants of one operator and what was dropped between them, as they are asked for. The same seed gives the same (MU4). */
export function* plantings(
  operator: Operator,
  carrier: Carrier,
  grounds: Grounds,
  options: MutateOptions,
): Generator<Mutant | Dropped> {
  const random = seededRandom(`${options.seed ?? 1}\n${operator.name}\n${carrier.name}`);
  const places =
    options.where === undefined ? grounds.places : grounds.places.filter((it) => options.where!(it.path));
  const targets = places.flatMap((place) =>
    operator.spots(place, grounds).map((spot): Target => ({ place, spot })),
  );
  const right = canonical(carrier.output, "output");
  const seen = new Set([right.hash]);
  for (const target of inTurn(targets, random).slice(0, spotLimit)) {
    const made = plant(operator.name, carrier.name, right.value, target, { grounds, random, seen });
    if (made !== undefined) yield made;
  }
}

interface Planting {
  readonly grounds: Grounds;
  readonly random: () => number;
  /** Hashes of the carrier and of the mutants made. */
  readonly seen: Set<string>;
}

function plant(
  operator: string,
  carrier: string,
  right: Value,
  { place, spot }: Target,
  { grounds, random, seen }: Planting,
): Mutant | Dropped | undefined {
  const faults = spot(random);
  if (faults.length === 0) return undefined;
  let isSupported = false;
  for (const { value, before, after, claim } of faults) {
    // Three times a very large number is none.
    if (typeof value === "number" && !Number.isFinite(value)) continue;
    const made = canonical(replaceAt(right, place.keys, value), "output");
    if (seen.has(made.hash)) continue;
    if (claim !== undefined && grounds.bearsOut(claim)) {
      isSupported = true;
      continue;
    }
    seen.add(made.hash);
    return { operator, carrier, path: place.path, before, after, output: made.value };
  }
  return { operator, path: place.path, why: isSupported ? "supported" : "equivalent" };
}

/** One spot of each kind of place after the other, so that a long list does not crowd out the rest. */
function inTurn(targets: readonly Target[], random: () => number): readonly Target[] {
  const kinds = [...Map.groupBy(targets, (it) => kindOfPath(it.place.path)).values()].map((it) =>
    shuffled(it, random),
  );
  const order: Target[] = [];
  const longest = kinds.reduce((most, it) => Math.max(most, it.length), 0);
  for (let round = 0; round < longest && order.length < spotLimit; round += 1)
    for (const kind of kinds) if (kind[round] !== undefined) order.push(kind[round]!);
  return order;
}

/** Items in a drawn order: Fisher and Yates. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
