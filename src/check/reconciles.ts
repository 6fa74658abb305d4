// `reconciles`: two lists agree, row by row by a key, and in their sums.

import type { CheckContext, Judged, NamedCheck, Problem, Unsure } from "./check.ts";
import { unsure } from "./check.ts";
import { add, compare, distance, type Exact, exactText, readAmount, subtract, zero } from "./exact.ts";
import { clip } from "./fold-text.ts";
import { parsePath } from "./paths.ts";
import type { PathPair } from "./recomputed.ts";
import { keyText, member, outputPath, placeOf, type Row, rowsAt, type RowsAt, rowsName } from "./rows.ts";

export interface ReconcilesOptions {
  /** Path to a list of the output, "in:…" for one that was given or read, or a function that gives the rows. */
  readonly left: RowsAt;
  readonly right: RowsAt;
  /** Member that names a row, or one for each side. */
  readonly key: PathPair;
  /** Member with the amount, or one for each side: a number, or text such as "1,204.50 EUR". */
  readonly amount: PathPair;
  /** How far two amounts, and the two sums, may lie apart. Default 0: to the last digit. */
  readonly tolerance?: number;
}

/**
 * Checks that two lists hold the same keys with the same amounts, and come to the same sum. Rows that have no partner
 * are named on either side. Of several rows with one key, those nearest to each other are partners. Amounts are
 * compared exactly: 0.1 + 0.2 is 0.3.
 *
 * Units and currencies are not compared: reconcile lists of one currency.
 *
 * @throws CHECK_PATH_INVALID at once; CHECK_PATH_UNKNOWN when run beside a schema that does not know a path.
 */
export function reconciles<Output = unknown>(options: ReconcilesOptions): NamedCheck<Output> {
  const paths = [...outputPath(options.left), ...outputPath(options.right)];
  for (const path of [...paths, ...[options.key, options.amount].flat()]) parsePath(path as string);
  return {
    kind: "check",
    name: `reconciles ${rowsName(options.left, "left")} with ${rowsName(options.right, "right")}`,
    version: "1",
    options,
    paths,
    run: (output, context) => judge(output, context as CheckContext, options),
  };
}

interface Entry {
  readonly path: string;
  readonly key: string;
  readonly amount: Exact;
}

interface Side {
  readonly name: string;
  readonly entries: readonly Entry[];
  /** Why it cannot be reckoned with. */
  readonly doubt?: string;
}

function judge(output: unknown, context: CheckContext, options: ReconcilesOptions): Judged | Unsure {
  const { key, amount, tolerance = 0 } = options;
  const [left, right] = [options.left, options.right].map((at, side) => {
    const [keyPath, amountPath] = [key, amount].map((it) => (typeof it === "string" ? it : it[side]!));
    return sideOf(
      rowsName(at, side === 0 ? "left" : "right"),
      rowsAt(at, output, context),
      keyPath!,
      amountPath!,
    );
  }) as [Side, Side];
  const doubt = left.doubt ?? right.doubt;
  if (doubt !== undefined) return unsure(doubt);
  if (left.entries.length + right.entries.length === 0)
    return unsure("both lists are empty: there is nothing to reconcile");
  const within = readAmount(tolerance)?.value ?? zero;
  const { pairs, problems } = pairUp(left, right, within);
  const sums = [left, right].map((side) => side.entries.reduce((sum, it) => add(sum, it.amount), zero)) as [
    Exact,
    Exact,
  ];
  const apart = distance(...sums);
  const sumText = `${exactText(sums[0])} and ${exactText(sums[1])}`;
  if (problems.length === 0 && compare(apart, within) > 0)
    problems.push({
      message: `each row agrees within ${tolerance}, but the sums are ${exactText(apart)} apart`,
      claimed: exactText(sums[0]),
      found: exactText(sums[1]),
      where: right.name,
    });
  return { problems, note: `${pairs} rows agree; the sums are ${sumText}` };
}

function sideOf(name: string, rows: readonly Row[] | undefined, key: string, amount: string): Side {
  if (rows === undefined) return { name, entries: [], doubt: `there is no list at ${name} to reconcile` };
  const entries: Entry[] = [];
  for (const row of rows) {
    const text = keyText(member(row, key));
    const read = readAmount(member(row, amount));
    if (text === undefined)
      return { name, entries, doubt: `${row.path} has no ${key} to find its partner by` };
    if (read === undefined)
      return { name, entries, doubt: `${row.path} has no ${amount} that reads as a number` };
    entries.push({ path: row.path, key: text, amount: read.value });
  }
  return { name, entries };
}

function pairUp(
  left: Side,
  right: Side,
  within: Exact,
): { pairs: number; problems: Omit<Problem, "check">[] } {
  const [ours, theirs] = [byKey(left.entries), byKey(right.entries)];
  const problems: Omit<Problem, "check">[] = [];
  let pairs = 0;
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    const found = pairKey(ours.get(key) ?? [], theirs.get(key) ?? [], within);
    pairs += found.pairs;
    problems.push(...tell(key, found, left.name, right.name));
  }
  return { pairs, problems };
}

function byKey(entries: readonly Entry[]): Map<string, Entry[]> {
  const all = new Map<string, Entry[]>();
  for (const it of entries) {
    const same = all.get(it.key);
    if (same === undefined) all.set(it.key, [it]);
    else same.push(it);
  }
  return all;
}

interface Paired {
  readonly pairs: number;
  readonly left: readonly Entry[];
  readonly right: readonly Entry[];
}

/** Most pairs within the tolerance: in order of amount, the smaller one that fits none yet fits none later. */
function pairKey(left: readonly Entry[], right: readonly Entry[], within: Exact): Paired {
  const [ours, theirs] = [left, right].map((side) =>
    side.toSorted((a, b) => compare(a.amount, b.amount)),
  ) as [Entry[], Entry[]];
  const open: Paired & { pairs: number; left: Entry[]; right: Entry[] } = { pairs: 0, left: [], right: [] };
  let [at, to] = [0, 0];
  while (at < ours.length && to < theirs.length) {
    const [a, b] = [ours[at]!, theirs[to]!];
    if (compare(distance(a.amount, b.amount), within) <= 0) {
      open.pairs += 1;
      at += 1;
      to += 1;
    } else if (compare(a.amount, b.amount) < 0) open.left.push(ours[at++]!);
    else open.right.push(theirs[to++]!);
  }
  open.left.push(...ours.slice(at));
  open.right.push(...theirs.slice(to));
  return open;
}

/** Rows left over: two of one key differ in amount, the others have no partner. */
function tell(key: string, open: Paired, leftName: string, rightName: string): Omit<Problem, "check">[] {
  const problems: Omit<Problem, "check">[] = [];
  const both = Math.min(open.left.length, open.right.length);
  for (let at = 0; at < both; at += 1) {
    const [a, b] = [open.left[at]!, open.right[at]!];
    problems.push({
      message: `${clip(key, 100)}: ${exactText(a.amount)} here, ${exactText(b.amount)} at ${b.path} (${exactText(subtract(a.amount, b.amount))} apart)`,
      ...placeOf(a),
      claimed: exactText(a.amount),
      found: exactText(b.amount),
      where: b.path,
    });
  }
  for (const [entries, other] of [
    [open.left.slice(both), rightName],
    [open.right.slice(both), leftName],
  ] as const)
    for (const it of entries)
      problems.push({
        message: `${clip(key, 100)} (${exactText(it.amount)}) at ${it.path} has no partner in ${other}`,
        where: other,
        ...placeOf(it),
        claimed: exactText(it.amount),
      });
  return problems;
}
