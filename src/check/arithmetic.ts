// `arithmetic`: what is reckoned in an output is reckoned right. Declared fields are
// recomputed; in texts, calculations that a rule can read are. All in exact numbers.
//
//   SUM1. A result is right when the exact one, rounded as the result is written, is it: 1/3 = 0.33.
//   SUM2. What has no reading, or more than one that matters, is left alone or unsure, never wrong.

import { FirebreakError } from "../base/errors.ts";
import { unsure } from "./check.ts";
import type { Judged, NamedCheck, Problem, Unsure } from "./check.ts";
import {
  compare,
  distance,
  type Exact,
  exactText,
  readAmount,
  roundsTo,
  type Written,
  zero,
} from "./exact.ts";
import { clip } from "./fold-text.ts";
import { isRecord, joinPath, locate, locateBeside, type Located, parsePath, type Path } from "./paths.ts";
import { fold, type Operation } from "./reckon.ts";
import { type Calculation, calculationsIn } from "./stated-calculations.ts";

/** A field that is reckoned from others. */
export interface DeclaredTotal<Output = unknown> {
  /** The result: "total", or one for each row: "lines[].amount". */
  readonly total: Path<Output>;
  /** What it is reckoned from, in order: "lines[].amount", or ["lines[].quantity", "lines[].price"]. */
  readonly of: Path<Output> | readonly Path<Output>[];
  /** Default "sum". A difference or ratio takes the first and then the others. */
  readonly op?: Operation;
  /**
   * How far the result may lie from the exact one. Default: sums and differences to the last digit; products, means
   * and ratios as far as the result is rounded, which is to at least two digits.
   */
  readonly tolerance?: number;
}

/** Longest text looked through, in characters. */
export const arithmeticTextLimit = 1_000_000;
const textsLimit = 10_000;

/**
 * Checks calculations. With paths, or without anything, it reads the texts there (all of them): "12 + 30 = 42",
 * "42 of 60 (70 %)", "20 % of 50 is 10", "rose from 40 to 50 (25 %)", "a total of 5: 2, 2 and 1", "the average of 2 and
 * 4 is 3". With declared totals it recomputes fields.
 *
 * It sees what is stated: not a number that should have been reckoned and was not, nor one reckoned from the wrong
 * figures (`grounded`, `reconciles`).
 *
 * @throws CHECK_PATH_INVALID, CHECK_OPTIONS at once; CHECK_PATH_UNKNOWN when run beside a schema that does not know a
 * path.
 */
export function arithmetic<Output = unknown>(
  what:
    | Path<Output>
    | readonly Path<Output>[]
    | DeclaredTotal<Output>
    | readonly DeclaredTotal<Output>[] = [],
): NamedCheck<Output> {
  const list = (Array.isArray(what) ? what : [what]) as readonly (string | DeclaredTotal)[];
  const texts = list.filter((it): it is string => typeof it === "string");
  const totals = list.filter((it): it is DeclaredTotal => typeof it !== "string");
  const paths = [...texts, ...totals.flatMap((it) => [it.total, ...operandPaths(it)])];
  for (const path of paths) parsePath(path);
  for (const it of totals)
    if (it.tolerance !== undefined && !(it.tolerance >= 0))
      throw new FirebreakError("CHECK_OPTIONS", {
        check: "arithmetic",
        what: `has a tolerance of ${it.tolerance}`,
        mend: "Give a number from 0 up.",
      });
  const named = list.map((it) => (typeof it === "string" ? it : it.total)).filter((it) => it !== "");
  return {
    kind: "check",
    name: ["arithmetic", named.join(", ")].join(" ").trim(),
    version: "1",
    options: what,
    paths: paths.filter((it) => it !== ""),
    run: (output) => {
      const found = [
        ...totals.flatMap((it) => declared(output, it)),
        ...(totals.length > 0 && texts.length === 0 ? [] : stated(output, texts)),
      ];
      return conclude(found);
    },
  };
}

function operandPaths({ of }: DeclaredTotal): readonly string[] {
  return typeof of === "string" ? [of] : of;
}

/** What came of one calculation: right where nothing else is said. */
interface Outcome {
  readonly problem?: Omit<Problem, "check">;
  readonly doubt?: string;
}

function conclude(found: readonly Outcome[]): Judged | Unsure {
  const problems = found.flatMap((it) => it.problem ?? []);
  const doubts = found.flatMap((it) => it.doubt ?? []);
  const note = `${found.length - problems.length - doubts.length} of ${found.length} calculations are right`;
  if (problems.length > 0) return { problems, note };
  if (doubts.length > 0) return unsure(`${doubts.slice(0, 5).join("; ")} (${note})`);
  return { problems, note };
}

// ---- Declared ---------------------------------------------------------------

function declared(output: unknown, it: DeclaredTotal): readonly Outcome[] {
  const places = locate(output, parsePath(it.total)).filter((place) => place.value !== undefined);
  if (places.length === 0 && !it.total.includes("[]"))
    return [{ doubt: `there is nothing at "${it.total}" to reckon again` }];
  return places.map((place) => judgeTotal(output, place, it));
}

function judgeTotal(output: unknown, place: Located, it: DeclaredTotal): Outcome {
  const op = it.op ?? "sum";
  const total = readAmount(place.value);
  if (total === undefined) return { doubt: `${place.path} does not read as a number` };
  const operands: Written[] = [];
  for (const path of operandPaths(it)) {
    for (const each of locateBeside(output, place, parsePath(path))) {
      const read = readAmount(each.value);
      if (read === undefined) return { doubt: `${each.path} does not read as a number` };
      operands.push(read);
    }
  }
  if (operands.length === 0 && op !== "sum")
    return { doubt: `there is nothing to reckon ${place.path} from` };
  const exact = fold(
    op,
    operands.map((each) => each.value),
  );
  if (exact === undefined) return { doubt: `${place.path}: a division by nothing` };
  if (isNear(exact, total, operands, it)) return {};
  const from =
    operands.length > 8
      ? `${operands.length} values`
      : operands.map((each) => exactText(each.value)).join(", ");
  return {
    problem: {
      message: `is ${exactText(total.value)}, but the ${op} of ${from} is ${exactText(exact)}`,
      path: place.path,
      claimed: exactText(total.value),
      found: exactText(exact),
    },
  };
}

function isNear(exact: Exact, total: Written, operands: readonly Written[], it: DeclaredTotal): boolean {
  if (it.tolerance !== undefined)
    return compare(distance(exact, total.value), readAmount(it.tolerance)?.value ?? zero) <= 0;
  const op = it.op ?? "sum";
  if (op === "sum" || op === "difference") return compare(exact, total.value) === 0;
  // A value keeps no zeros at its end, so 6 may be 6.00: it is taken to be written to two decimals, or two digits.
  const written = Math.max(0, ...operands.map((each) => each.decimals));
  const least = op === "product" ? Math.min(2, written) : twoDigits(total.value);
  return roundsTo(exact, total.value, Math.max(total.decimals, least));
}

/** Decimals with which a number is written to two digits: 7 needs one, 0.07 three. */
function twoDigits(value: Exact): number {
  const size = Math.abs(Number(value.of) / Number(value.over));
  return size === 0 ? 2 : Math.max(0, 1 - Math.floor(Math.log10(size)));
}

// ---- Stated in texts ----------------------------------------------------------

function stated(output: unknown, paths: readonly string[]): readonly Outcome[] {
  const places =
    paths.length === 0
      ? textsIn(output)
      : paths.flatMap((path) => textPlaces(locate(output, parsePath(path))));
  return places.flatMap(({ path, value }) =>
    calculationsIn(value.slice(0, arithmeticTextLimit)).map((it) => outcomeOf(it, path)),
  );
}

function outcomeOf(it: Calculation, path: string): Outcome {
  if (it.verdict === "right") return {};
  const said = clip(it.text, 160);
  if (it.verdict === "doubtful") return { doubt: `${path === "" ? "" : `${path}: `}"${said}" ${it.why}` };
  return {
    problem: {
      message: `"${said}" is not right: it comes to ${it.exact}`,
      ...(path === "" ? {} : { path }),
      claimed: it.claimed,
      found: it.exact,
    },
  };
}

interface Text {
  readonly path: string;
  readonly value: string;
}

function textPlaces(places: readonly Located[]): readonly Text[] {
  return places.flatMap((it) => {
    if (typeof it.value === "string") return [{ path: it.path, value: it.value }];
    return textsIn(it.value).map((text) => ({
      path: it.path + (text.path.startsWith("[") || it.path === "" ? "" : ".") + text.path,
      value: text.value,
    }));
  });
}

function textsIn(value: unknown): readonly Text[] {
  const found: Text[] = [];
  const walk = (it: unknown, path: string, depth: number): void => {
    if (depth > 50 || found.length >= textsLimit) return;
    if (typeof it === "string") found.push({ path, value: it });
    else if (Array.isArray(it)) it.forEach((item, index) => walk(item, joinPath(path, index), depth + 1));
    else if (isRecord(it))
      for (const [key, item] of Object.entries(it)) walk(item, joinPath(path, key), depth + 1);
  };
  walk(value, "", 0);
  return found;
}
