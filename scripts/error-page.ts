// Makes docs/errors.md from the error catalogue: one heading a code.
//
// Messages are functions of details, so each is called with a stand-in for its
// details that gives ‹name› for every property it is asked for.

import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { errorCatalogue, type ErrorRow } from "../src/base/error-catalogue.ts";

const rowsFolder = join(import.meta.dirname, "../src/base/error-rows");

const head = `# Errors

Every error Firebreak throws on purpose, by code. Codes are stable between releases: branch on \`error.code\`, or on
\`FirebreakError.is(error, "CODE")\`. \`error.fix\` says what to do, \`error.details\` holds the parts shown here as ‹name›,
and \`error.retryable\` is true where doing the same again later may work.

This page is generated from the catalogue (\`npm run docs:errors\`); a stale one fails \`npm run check\`.
`;

/** The page. Areas and codes stand in the order of the catalogue. */
export async function errorPage(): Promise<string> {
  const areas = await areasOfCatalogue();
  const codes = Object.keys(errorCatalogue);
  const order = (area: Area): number => codes.indexOf(Object.keys(area.rows)[0] ?? "");
  const sections = areas.toSorted((a, b) => order(a) - order(b)).map(section);
  return [head, ...sections].join("\n");
}

interface Area {
  readonly name: string;
  readonly rows: Readonly<Record<string, ErrorRow<unknown>>>;
}

/** @throws when a file of rows is not part of the catalogue, or a code of the catalogue has no file. */
async function areasOfCatalogue(): Promise<Area[]> {
  const catalogue: Readonly<Record<string, unknown>> = errorCatalogue;
  const areas: Area[] = [];
  for (const file of globSync("*.ts", { cwd: rowsFolder, exclude: ["error-row.ts"] })) {
    const module: Readonly<Record<string, unknown>> = await import(join(rowsFolder, file));
    const rows = Object.values(module).find((it) => typeof it === "object") as Area["rows"] | undefined;
    const stray = Object.keys(rows ?? {}).find((code) => catalogue[code] !== rows?.[code]);
    if (stray !== undefined) throw new Error(`${file} has ${stray}, which the catalogue does not hold`);
    if (rows !== undefined && Object.keys(rows).length > 0) areas.push({ name: basename(file, ".ts"), rows });
  }
  const placed = areas.reduce((sum, it) => sum + Object.keys(it.rows).length, 0);
  if (placed !== Object.keys(catalogue).length) throw new Error("a code stands in two files, or in none");
  return areas;
}

function section({ name, rows }: Area): string {
  const title = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  return [`## ${title}\n`, ...Object.entries(rows).map(([code, row]) => entry(code, row))].join("\n");
}

function entry(code: string, row: ErrorRow<unknown>): string {
  const details = sampleDetails();
  const again = row.retryable ? "\nDoing the same again later may work.\n" : "";
  return `### ${code}\n\n> ${asMarkdown(row.message(details))}\n\n${asMarkdown(row.fix(details))}\n${again}`;
}

/** A placeholder such as <receipt> is text, not HTML; in code spans nothing needs an escape. */
function asMarkdown(text: string): string {
  return text.replace(/`[^`]*`|</g, (it) => (it === "<" ? "\\<" : it));
}

/** Details whose every property reads as its own name. */
function sampleDetails(): unknown {
  return new Proxy(
    {},
    { get: (_, property) => (typeof property === "string" ? sample(property) : undefined) },
  );
}

const returnsText = new Set(["join", "toString", "toFixed", "toLocaleString", "valueOf", "toJSON"]);
const returnsList = new Set(["map", "filter", "slice", "toSorted", "concat", "flatMap"]);

/** Reads as ‹name› wherever a message uses it: as text, as a number to format, or as a list to join. */
function sample(name: string): unknown {
  const text = `‹${name}›`;
  const self: unknown = new Proxy(Object(text) as object, {
    get(target, property) {
      if (property === Symbol.toPrimitive) return () => text;
      if (property === "length") return 2;
      if (typeof property === "string" && returnsText.has(property)) return () => text;
      if (typeof property === "string" && returnsList.has(property)) return () => self;
      const own: unknown = Reflect.get(target, property, target);
      return typeof own === "function" ? own.bind(text) : own;
    },
  });
  return self;
}
