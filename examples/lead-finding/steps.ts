// The steps that are plain functions. Each gets its declared input and nothing else.

import { type TableProfile, profileTables } from "./columns.ts";
import type { WriteInput } from "./checks.ts";
import { parseCsv } from "./csv.ts";
import type { LeadCase, TextFile } from "./data.ts";
import { noteWork } from "./ledger.ts";
import { type Deliverables, writeReport } from "./report.ts";
import { readRules } from "./rules.ts";
import { type FoundPaper, searchPapers, vocabularyOf } from "./search.ts";

/** Lets a case in: its rules are understood and its tables are tables. @throws Error that says what to mend. */
export function admitCase(given: LeadCase): LeadCase {
  noteWork("function", "load-case", "");
  readRules(given.rules);
  for (const { file, text } of given.tables) parseCsv(text, file);
  return given;
}

export function findPapers({
  question,
  papers,
  tables,
}: Omit<LeadCase, "rules" | "columnNotes">): FoundPaper[] {
  noteWork("function", "search-papers", "");
  return searchPapers(question, papers, vocabularyOf(tables));
}

export function profile(tables: readonly TextFile[]): TableProfile[] {
  noteWork("function", "profile-tables", "");
  return profileTables(tables);
}

export function write({ question, ruleTexts, fits, claims }: WriteInput): Deliverables {
  noteWork("function", "write-report", "");
  return writeReport({ question, ruleTexts, fits, claims, rules: readRules(ruleTexts) });
}
