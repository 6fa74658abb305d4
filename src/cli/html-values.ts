// Values on the page: text as text, rows of flat objects as a table, all else as indented JSON.

import { type Html, markup } from "./html-text.ts";
import { valueText } from "./render-value.ts";

/** Longest text of one value on the page; the rest is in the journal. */
const textLimit = 20_000;
const rowLimit = 200;
const columnLimit = 10;

/** A value as markup. */
export function valueHtml(value: unknown): Html {
  if (value === undefined) return markup`<p class="quiet">nothing recorded</p>`;
  if (isTable(value)) return table(value);
  const text = valueText(value);
  const kept =
    text.length <= textLimit
      ? text
      : `${text.slice(0, textLimit)}\n… ${text.length - textLimit} more characters`;
  return typeof value === "string"
    ? markup`<pre dir="auto" class="prose">${kept}</pre>`
    : markup`<pre dir="auto">${kept}</pre>`;
}

type TableRow = Readonly<Record<string, unknown>>;

function isTable(value: unknown): value is readonly TableRow[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  const keys = keysOf(value[0]);
  return (
    keys.length > 1 &&
    keys.length <= columnLimit &&
    value.every((it) => keysOf(it).join("\n") === keys.join("\n") && isFlat(it as TableRow))
  );
}

function keysOf(it: unknown): readonly string[] {
  return typeof it === "object" && it !== null && !Array.isArray(it) ? Object.keys(it) : [];
}

function isFlat(it: TableRow): boolean {
  return Object.values(it).every((cell) => typeof cell !== "object" || cell === null);
}

function table(rows: readonly TableRow[]): Html {
  const keys = keysOf(rows[0]);
  const cell = (value: unknown): Html =>
    typeof value === "number"
      ? markup`<td class="number">${value}</td>`
      : markup`<td dir="auto">${value === null || value === undefined ? "" : String(value)}</td>`;
  const more = rows.length - rowLimit;
  return markup`<div class="wide">
    <table>
      <thead>
        <tr>
          ${keys.map((it) => markup`<th>${it}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.slice(0, rowLimit).map(
          (row) =>
            markup`<tr>
              ${keys.map((key) => cell(row[key]))}
            </tr>`,
        )}
      </tbody>
    </table>
    ${more > 0 && markup`<p class="quiet">… ${more} more rows</p>`}
  </div>`;
}

/** The text at a path such as `claims[2].quote` within a value. */
export function textAt(value: unknown, path: string): string | undefined {
  let found: unknown = value;
  for (const key of path.split(/[.[\]]+/).filter(Boolean)) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return typeof found === "string" || typeof found === "number" ? String(found) : undefined;
}
