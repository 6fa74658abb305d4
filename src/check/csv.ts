// Comma-separated text as rows: a header and at least one line, quoted as in RFC 4180. The separator is the
// one of `,`, `;` and tab that the header holds.

const separators = [",", ";", "\t"] as const;

/** Rows by the names in the first line; undefined for text that is no table: no separator, or lines of other widths. */
export function readCsv(
  text: string,
  limit: number,
): readonly Readonly<Record<string, string>>[] | undefined {
  const header = text.slice(0, text.search(/\r?\n|$/));
  const separator = separators.find((it) => header.includes(it));
  if (separator === undefined) return undefined;
  const lines = cellsOf(text, separator, limit + 1);
  const [names = [], ...rows] = lines ?? [];
  if (rows.length === 0 || rows.some((it) => it.length !== names.length)) return undefined;
  return rows.map((cells) => Object.fromEntries(names.map((name, at) => [name.trim(), cells[at]!.trim()])));
}

function cellsOf(text: string, separator: string, limit: number): string[][] | undefined {
  const form = new RegExp(`("(?:[^"]|"")*"|[^"${separator}\\r\\n]*)(${separator}|\\r?\\n|$)`, "y");
  const lines: string[][] = [];
  let line: string[] = [];
  for (let at = 0; at <= text.length && lines.length < limit; at = form.lastIndex) {
    form.lastIndex = at;
    const match = form.exec(text);
    if (match === null) return undefined;
    const [whole, cell = "", end] = match;
    line.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end === separator) continue;
    if (line.length > 1 || line[0]!.trim() !== "") lines.push(line);
    line = [];
    if (end === "" || whole === "") break;
  }
  return lines;
}
