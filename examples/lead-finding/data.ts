// Reading the case: the only file of this example that touches the disk. What it returns is a plain value, so that
// every later step works from its declared input. It never opens the answer key (score.ts is given that by its caller).

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A text of the case, by its path inside the case folder, as in `papers/01-protocol.md`. */
export interface TextFile {
  readonly file: string;
  readonly text: string;
}

/** The rules of the case, in its own words; rules.ts reads them. */
export type RuleTexts = Readonly<Record<string, string>>;

/** Everything the agents may read. */
export interface LeadCase {
  readonly question: string;
  readonly rules: RuleTexts;
  /** What the case says of columns whose meaning is not in their name. */
  readonly columnNotes: Readonly<Record<string, string>>;
  readonly papers: readonly TextFile[];
  readonly tables: readonly TextFile[];
}

/** Largest text file read, bytes. */
export const fileLimitBytes = 20_000_000;

/**
 * Reads `case.json`, `papers/*.md` and `assay/*.csv` of a folder.
 *
 * @throws Error that names the file and says what to do, when one is missing, unreadable or empty.
 */
export function loadCase(folder: string): LeadCase {
  const described = parseJson(readText(folder, "case.json"));
  const { question, rules, columns } = described;
  if (typeof question !== "string" || question.trim() === "") {
    throw new Error('case.json holds no "question". Write the question to be answered there, as text.');
  }
  return {
    question,
    rules: textRecord(rules, "rules"),
    columnNotes: textRecord(columns ?? {}, "columns"),
    papers: readFolder(folder, "papers", ".md"),
    tables: readFolder(folder, "assay", ".csv"),
  };
}

function readText(folder: string, file: string): string {
  let text: string;
  try {
    text = readFileSync(join(folder, file), "utf8");
  } catch (cause) {
    throw new Error(`${file} cannot be read in ${folder}. Put the file there, or name another case folder.`, {
      cause,
    });
  }
  if (text.length <= fileLimitBytes) return text;
  throw new Error(`${file} is larger than ${fileLimitBytes} bytes. Split it.`);
}

function parseJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (cause) {
    throw new Error("case.json is not JSON. Mend it at the place named in the cause.", { cause });
  }
  throw new Error("case.json does not hold an object. It must hold at least question and rules.");
}

function textRecord(value: unknown, name: string): Record<string, string> {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : undefined;
  if (entries === undefined || entries.some(([, text]) => typeof text !== "string")) {
    throw new Error(`case.json: "${name}" must be an object of texts.`);
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

function readFolder(folder: string, name: string, ending: string): TextFile[] {
  let files: string[];
  try {
    files = readdirSync(join(folder, name))
      .filter((file) => file.endsWith(ending))
      .sort();
  } catch (cause) {
    throw new Error(`${name}/ is missing in ${folder}. It holds the ${ending} files the agents read.`, {
      cause,
    });
  }
  if (files.length === 0)
    throw new Error(`${name}/ in ${folder} holds no ${ending} file. Put at least one there.`);
  return files.map((file) => ({ file: `${name}/${file}`, text: readText(folder, `${name}/${file}`) }));
}
