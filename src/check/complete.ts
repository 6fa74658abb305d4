// `complete`: every row that went in is accounted for in what came out: used, or rejected with a reason; none is
// invented, none stands there twice.

import { canonical } from "../base/values.ts";
import type { CheckContext, Judged, NamedCheck, Problem, Unsure } from "./check.ts";
import { unsure } from "./check.ts";
import { clip } from "./fold-text.ts";
import { type Path, parsePath } from "./paths.ts";
import type { PathPair } from "./recomputed.ts";
import { keyText, member, outputPath, type Row, rowsAt, type RowsAt, rowsName } from "./rows.ts";

export interface CompleteOptions<Output = unknown> {
  /** Where the rows that were used stand in the output. */
  readonly items: Path<Output>;
  /** The rows that went in: "in:orders" for a list of the input or a source, or a function that gives them. */
  readonly of: RowsAt;
  /** Member that names a row, or one for the output's rows and one for the input's. Default: the whole row. */
  readonly key?: PathPair;
  /** Where rows stand that were left out on purpose; each with the reason at `reason`. */
  readonly rejected?: Path<Output>;
  /** Member of a rejected row that says why; default "reason". */
  readonly reason?: string;
}

/**
 * Checks row accounting. A row that stands in the input so many times must be accounted for as many times. It says
 * nothing of what was made of a row, only that it was not lost: put `arithmetic` or `reconciles` beside it.
 *
 * @throws CHECK_PATH_INVALID at once; CHECK_PATH_UNKNOWN when run beside a schema that does not know a path.
 */
export function complete<Output = unknown>(options: CompleteOptions<Output>): NamedCheck<Output> {
  const { items, rejected } = options as CompleteOptions;
  const paths = [items, ...(rejected === undefined ? [] : [rejected]), ...outputPath(options.of)];
  for (const path of paths) parsePath(path);
  return {
    kind: "check",
    name: `complete ${items === "" ? "output" : items}`,
    version: "1",
    options,
    paths,
    run: (output, context) => account(output, context as CheckContext, options as CompleteOptions),
  };
}

interface Keyed extends Row {
  readonly key: string;
  readonly isRejected?: true;
}

function account(output: unknown, context: CheckContext, options: CompleteOptions): Judged | Unsure {
  const { items, of, rejected, key = "" } = options;
  const [outKey, inKey] = typeof key === "string" ? [key, key] : key;
  const given = rowsAt(of, output, context);
  const used = rowsAt(items, output, context);
  const left = rejected === undefined ? [] : rowsAt(rejected, output, context);
  if (given === undefined) return unsure(`the rows to account for are not there: ${rowsName(of, "of")}`);
  if (used === undefined || left === undefined)
    return unsure(`there is no list at "${used === undefined ? items : rejected}" to account with`);
  const wanted = keyed(given, inKey);
  const came = keyed([...used, ...left], outKey);
  if (wanted.without.length > 0)
    return unsure(`${wanted.without.length} of the rows of ${rowsName(of, "the input")} have no ${inKey}`);
  const isRejected = new Set(left.map((it) => it.path));
  const problems = [
    ...came.without.map((it) => ({
      message: `has no ${outKey}, so nobody can say which row it is`,
      path: it.path,
    })),
    ...settle(wanted.rows, came.rows, rowsName(of, "what was given")),
    ...left.flatMap((it) => withoutReason(it, options.reason ?? "reason")),
  ];
  const counts = `${given.length} given, ${used.length} used, ${isRejected.size} rejected`;
  return { problems, note: counts };
}

function keyed(rows: readonly Row[], key: string): { rows: readonly Keyed[]; without: readonly Row[] } {
  const found = rows.map((row) => {
    const value = member(row, key);
    return { ...row, key: key === "" ? (keyText(value) ?? canonical(value ?? null).hash) : keyText(value) };
  });
  return {
    rows: found.filter((it): it is Row & { key: string } => it.key !== undefined),
    without: found.filter((it) => it.key === undefined),
  };
}

type Complaint = Omit<Problem, "check">;

/** What is missing, invented, or there more often than it was given. */
function settle(wanted: readonly Keyed[], came: readonly Keyed[], where: string): readonly Complaint[] {
  const open = new Map<string, Keyed[]>();
  for (const row of wanted) {
    const same = open.get(row.key);
    if (same === undefined) open.set(row.key, [row]);
    else same.push(row);
  }
  const known = new Set(open.keys());
  const problems: Complaint[] = [];
  const first = new Map<string, string>();
  for (const row of came) {
    const waiting = open.get(row.key);
    if (waiting !== undefined && waiting.length > 0) {
      waiting.shift();
      first.set(row.key, row.path);
    } else if (known.has(row.key))
      problems.push({
        message: `is accounted for already, at ${first.get(row.key)}`,
        path: row.path,
        claimed: clip(row.key, 200),
      });
    else
      problems.push({
        message: `was never given: no such row is in ${where}`,
        path: row.path,
        claimed: clip(row.key, 200),
        where,
      });
  }
  for (const row of [...open.values()].flat())
    problems.push({
      message: `a row that was given is not accounted for: ${clip(row.key, 200)}`,
      found: clip(JSON.stringify(row.value) ?? row.key, 200),
      where: row.path,
    });
  return problems;
}

function withoutReason(row: Row, reason: string): readonly Complaint[] {
  const said = member(row, reason);
  if (typeof said === "string" && said.trim() !== "") return [];
  return [{ message: `is rejected without a ${reason}`, path: row.path }];
}
