// Tables of the listings: columns as wide as their contents, the last cut to the screen.

import { columns, fit, oneLine, pad } from "./plain-text.ts";
import type { Screen } from "./screen.ts";

/** Lines of a table. Cells are cleaned; the widest column gives way when the screen is too narrow. */
export function renderTable(
  screen: Screen,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const cells = rows.map((row) => row.map(oneLine));
  const widths = head.map((title, at) =>
    Math.max(columns(title), ...cells.map((row) => columns(row[at] ?? ""))),
  );
  const gaps = 2 * (head.length - 1);
  for (let over = sum(widths) + gaps - screen.width; over > 0;) {
    const widest = widths.indexOf(Math.max(...widths));
    const less = Math.min(over, Math.max(0, (widths[widest] ?? 0) - 8));
    if (less === 0) break;
    widths[widest] = (widths[widest] ?? 0) - less;
    over -= less;
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => pad(fit(cell, widths[at] ?? 0), at === row.length - 1 ? 0 : (widths[at] ?? 0)))
      .join("  ")
      .trimEnd();
  return [screen.style("dim", line(head)), ...cells.map(line)];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, it) => total + it, 0);
}
