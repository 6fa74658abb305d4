// The case: what is read from data/, and what the columns and the question mean. Names are followed where they can be
// told, and refused where they cannot; nothing is guessed.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A text of the case, by its path inside the folder, as in `papers/01-esol-readme.md`. */
export interface TextFile {
  readonly file: string;
  readonly text: string;
}

export interface SolubilityCase {
  readonly question: string;
  readonly table: TextFile;
  readonly papers: TextFile[];
}

/** Largest text file read, bytes. */
const fileLimitBytes = 20_000_000;

/**
 * Reads `question.txt`, the one table in `assay/` and `papers/*.md`.
 *
 * @throws Error that names what is missing and says what to do.
 */
export function loadCase(folder: string = join(import.meta.dirname, "data")): SolubilityCase {
  const [table, ...others] = readFolder(folder, "assay", ".csv");
  if (table === undefined || others.length > 0) {
    throw new Error(`${folder}/assay must hold exactly one .csv file. Leave the one to be fitted there.`);
  }
  const question = readText(folder, "question.txt").trim();
  return { question, table, papers: readFolder(folder, "papers", ".md") };
}

function readFolder(folder: string, name: string, ending: string): TextFile[] {
  let files: string[];
  try {
    files = readdirSync(join(folder, name)).filter((file) => file.endsWith(ending));
  } catch (cause) {
    throw new Error(`${name}/ is missing in ${folder}. Put it back, with its ${ending} files.`, { cause });
  }
  return files
    .toSorted()
    .map((file) => ({ file: `${name}/${file}`, text: readText(folder, `${name}/${file}`) }));
}

function readText(folder: string, file: string): string {
  let text: string;
  try {
    text = readFileSync(join(folder, file), "utf8");
  } catch (cause) {
    throw new Error(`${file} cannot be read in ${folder}. Put the file there.`, { cause });
  }
  if (text.length <= fileLimitBytes) return text;
  throw new Error(`${file} is larger than ${fileLimitBytes} bytes. Split it.`);
}

/** What a fit may be on. */
export type Descriptor = "clogp" | "weight" | "rotors" | "aromatic";
export const descriptors: readonly Descriptor[] = ["clogp", "weight", "rotors", "aromatic"];

const columnNames: Readonly<Record<Descriptor | "measured", RegExp>> = {
  measured: /(measured|observed|experiment|exptl|exp_).*(log_?s|solub)|^(log_?s|solubility)$/i,
  clogp: /(^|[^a-z])[acmx]?log_?p([^a-z]|$)|lipophilic/i,
  weight: /mol(ecular)?_?(weight|mass)|(^|_)mw(_|$)/i,
  rotors: /rotat|rotor|(^|_)rb(_|$)/i,
  aromatic: /aromatic|(^|_)ap(_|$)/i,
};
const predicted = /predict|calculated|esol/i;

/** The column of each meaning, for those that exactly one column's name tells. */
export function columnsOf(header: readonly string[]): ReadonlyMap<Descriptor | "measured", string> {
  const told = Object.entries(columnNames).flatMap(([meaning, name]) => {
    const matching = header.filter((it) => name.test(it) && !predicted.test(it));
    return matching.length === 1 ? [[meaning as Descriptor | "measured", matching[0]!] as const] : [];
  });
  return new Map(told);
}

/** What the question asks for, or why it is no question this example can answer. */
export function asked(
  question: string,
): { readonly on: readonly Descriptor[] } | { readonly cannot: string } {
  const words = question.toLowerCase();
  if (!/least[ -]squares|linear (fit|model|regression)/.test(words)) {
    return { cannot: "the question does not ask for a least-squares fit" };
  }
  if (!/solubility|log ?s\b/.test(words)) return { cannot: "the question does not ask about solubility" };
  const names: Record<Descriptor, RegExp> = {
    clogp: /c?log ?p\b|lipophilic/,
    weight: /molecular weight|molecular mass|\bmw\b/,
    rotors: /rotatable|rotors/,
    aromatic: /aromatic/,
  };
  const on = descriptors.filter((it) => names[it].test(words));
  return on.length > 0 ? { on } : { cannot: "the question names no descriptor that I know" };
}

/** The table's cells by column, quoted cells included. Empty for a table without a header. */
export function readTable(text: string): {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  const [header = [], ...rows] = text.trimEnd().split(/\r?\n/).map(cellsOf);
  return { header, rows };
}

function cellsOf(line: string): string[] {
  const cells = `,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...cells].map((it) => it[1]?.replaceAll('""', '"') ?? it[2] ?? "");
}
