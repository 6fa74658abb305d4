// Values on the page: text as text, rows of flat objects as a table, all else as indented JSON.

import { type Html, markup } from "./html-text.ts";
import { valueText } from "./render-value.ts";

/** Longest text of one value on the page; the rest is in the journal. */
const textLimit = 6_000;
const rowLimit = 25;
/** Longest text of one cell of a table. */
const cellLimit = 400;
const columnLimit = 10;

/** Deepest nesting that is laid out; what is deeper stands as JSON. */
const depthLimit = 5;
const memberLimit = 30;

/** A value as markup. */
export function valueHtml(value: unknown, depth = 0): Html {
  if (value === undefined) return markup`<p class="quiet">nothing recorded</p>`;
  if (isTable(value)) return table(value);
  if (isScalarList(value) && value.length <= memberLimit) return scalarList(value);
  if (depth < depthLimit && isLaidOut(value)) return members(value, depth);
  return block(value);
}

function block(value: unknown): Html {
  const text = valueText(value);
  const kept = cut(text, textLimit);
  return typeof value === "string"
    ? markup`<pre dir="auto" class="prose">${kept}</pre>`
    : markup`<pre dir="auto">${kept}</pre>`;
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}\n… ${text.length - limit} more characters`;
}

/** An object, or a list of what is not flat, is laid out member by member. */
function isLaidOut(value: unknown): value is TableRow | readonly unknown[] {
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array)
    return false;
  const count = Object.keys(value).length;
  if (count === 0 || count > memberLimit) return false;
  return !Array.isArray(value) || value.some((it) => typeof it === "object" && it !== null);
}

function members(value: TableRow | readonly unknown[], depth: number): Html {
  const rows = Object.entries(value).map(([key, member]) => {
    const name = Array.isArray(value) ? String(Number(key) + 1) : key;
    const isShort = typeof member !== "object" && !String(member).includes("\n");
    return markup`<dt>${name}</dt><dd>${isShort ? markup`<span dir="auto">${cut(String(member), textLimit)}</span>` : valueHtml(member, depth + 1)}</dd>`;
  });
  return markup`<dl class="value">${rows}</dl>`;
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
  return Object.values(it).every((cell) => typeof cell !== "object" || cell === null || isScalarList(cell));
}

function isScalarList(it: unknown): it is readonly unknown[] {
  return Array.isArray(it) && it.every((part) => typeof part !== "object" || part === null);
}

function scalarList(it: readonly unknown[]): Html {
  if (it.length === 0) return markup`<span class="quiet">none</span>`;
  const texts = it.map((part) => String(part));
  if (texts.join(", ").length <= 80) return markup`<span dir="auto">${texts.join(", ")}</span>`;
  return markup`<ul>${texts.map((text) => markup`<li dir="auto">${text}</li>`)}</ul>`;
}

function table(rows: readonly TableRow[]): Html {
  const keys = keysOf(rows[0]);
  const cell = (value: unknown): Html =>
    typeof value === "number"
      ? markup`<td class="number">${value}</td>`
      : isScalarList(value)
        ? markup`<td>${scalarList(value)}</td>`
        : markup`<td dir="auto">${value === null || value === undefined ? "" : cut(String(value), cellLimit)}</td>`;
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
