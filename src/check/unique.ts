// `unique`: no two of the values at a path are the same.

import { canonical } from "../base/values.ts";
import type { CheckContext, Judged, NamedCheck, Problem, Unsure } from "./check.ts";
import { unsure } from "./check.ts";
import { clip } from "./fold-text.ts";
import { isRecord, type Path } from "./paths.ts";
import { keyText, member, type Row, rowsAt, rowsName } from "./rows.ts";

export interface UniqueOptions {
  /** Member of each row that must differ, or members that must differ together. Default: the whole value. */
  readonly key?: string | readonly string[];
  /** True when capitals do not count. Default false. */
  readonly ignoreCase?: boolean;
}

/**
 * Checks that no two values at a path are equal: a list, or a member of each of its rows (`rows[].id`). Blanks around
 * a text do not count. A row without its key fails: it cannot be told from another.
 *
 * @throws CHECK_PATH_INVALID at once; CHECK_PATH_UNKNOWN when run beside a schema that does not know the path.
 */
export function unique<Output = unknown>(
  path: Path<Output>,
  options: UniqueOptions = {},
): NamedCheck<Output> {
  const at: string = path;
  return {
    kind: "check",
    name: `unique ${at === "" ? "output" : at}`,
    version: "1",
    options,
    paths: [at],
    run: (output, context) => judge(rowsAt(at, output, context as CheckContext), at, options),
  };
}

function judge(rows: readonly Row[] | undefined, at: string, options: UniqueOptions): Judged | Unsure {
  if (rows === undefined) return unsure(`there is no list at "${rowsName(at, "it")}" to look through`);
  const first = new Map<string, Row>();
  const problems: Omit<Problem, "check">[] = [];
  for (const row of rows) {
    const key = keyOf(row, options);
    if (key === undefined) {
      problems.push({
        message: `has no ${named(options)}, so it cannot be told from another`,
        path: row.path,
      });
      continue;
    }
    const before = first.get(key);
    if (before === undefined) first.set(key, row);
    else
      problems.push({
        message: `the same ${options.key === undefined ? "value" : named(options)} stands at ${before.path} already`,
        path: row.path,
        claimed: shown(row, options),
        where: before.path,
      });
  }
  return { problems, note: `${first.size} different of ${rows.length}` };
}

function named({ key = "value" }: UniqueOptions): string {
  return typeof key === "string" ? key : key.join(" and ");
}

function membersOf(row: Row, { key }: UniqueOptions): readonly unknown[] {
  if (key === undefined) return [row.value];
  return (typeof key === "string" ? [key] : key).map((it) => member(row, it));
}

function keyOf(row: Row, options: UniqueOptions): string | undefined {
  const parts = membersOf(row, options).map((it) =>
    isRecord(it) || Array.isArray(it) ? canonical(it).hash : keyText(it),
  );
  if (parts.some((it) => it === undefined)) return undefined;
  const text = JSON.stringify(parts);
  return options.ignoreCase === true ? text.toLowerCase() : text;
}

function shown(row: Row, options: UniqueOptions): string {
  const text = membersOf(row, options).map((it) => (typeof it === "string" ? it : JSON.stringify(it)));
  return clip(text.join(", "), 200);
}
