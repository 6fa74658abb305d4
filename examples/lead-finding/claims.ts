// Claims of the papers, their verdicts, and the gates on both.
//
//   C1. A quote stands word for word in the file it names, and so does the passage around it, which holds the quote.
//       A claim states no number that its passage does not, and is made once.
//   C2. A verdict other than "not verifiable" shows rows, and its queries, asked again, give those rows.
//   C3. Every claim is assessed once and unchanged, none is added.
//   C4. A verdict is the one that the rules for statements of quantities come to, asking the tables themselves. Where no
//       rule reaches a claim, a verdict on it is left to a person.

import type { TextFile } from "./data.ts";
import type { Finding } from "./finding.ts";
import type { QueryRows, Tables } from "./tables.ts";

/** One statement of a paper. */
export interface Claim {
  readonly claim: string;
  /** Verbatim, from the named file. */
  readonly quote: string;
  readonly file: string;
  /** The passage it stands in, for who has to know what it speaks of. */
  readonly context?: string;
}

export type ClaimVerdict = "supported" | "contradicted" | "not verifiable";

/** A query over the tables and the rows it gave: what a verdict rests on. */
export interface QueryEvidence {
  readonly query: string;
  readonly rows: QueryRows;
}

export interface AssessedClaim extends Claim {
  readonly verdict: ClaimVerdict;
  readonly why: string;
  readonly evidence: readonly QueryEvidence[];
}

/** Every quote stands in its file with what is told of it (C1). */
export function quotesStand(claims: readonly Claim[], papers: readonly TextFile[]): Finding[] {
  const made = new Set<string>();
  return claims.flatMap((claim, index): Finding[] => {
    const path = `claims[${index}].quote`;
    if (made.has(keyOf(claim)))
      return [{ message: "The claim is made twice.", path: `claims[${index}]`, claimed: claim.quote }];
    made.add(keyOf(claim));
    const paper = papers.find((it) => it.file === claim.file);
    if (paper === undefined)
      return [{ message: "The named file is not among the papers.", path, claimed: claim.file }];
    if (claim.quote.trim() !== "" && paper.text.includes(claim.quote))
      return toldOf(claim, paper, `claims[${index}]`);
    const near = nearestLine(claim.quote, paper.text);
    const where = `${paper.file}:${near.line}`;
    return [
      {
        message: "The quote does not stand in the file.",
        path,
        claimed: claim.quote,
        found: near.text,
        where,
      },
    ];
  });
}

/** The passage around a quote stands in the file as well, and the claim in one's own words keeps to its numbers. */
function toldOf({ claim, quote, context = quote }: Claim, { file, text }: TextFile, path: string): Finding[] {
  if (!text.includes(context) || !context.includes(quote)) {
    const message = "The passage around the quote does not stand in the file.";
    return [{ message, path: `${path}.context`, claimed: context, where: file }];
  }
  const known = new Set(numbersIn(context));
  const invented = numbersIn(claim).filter((it) => !known.has(it));
  if (invented.length === 0) return [];
  const message = "The claim holds a number that its passage does not.";
  return [{ message, path: `${path}.claim`, claimed: claim, found: context, where: file }];
}

const keyOf = ({ file, quote }: Claim): string => JSON.stringify([file, quote]);

const shownText = 300;

/** The line that shares most words with the quote: where a reader should look. */
function nearestLine(quote: string, text: string): { line: number; text: string } {
  const words = new Set(quote.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  let best = { line: 1, text: "", shared: -1 };
  for (const [index, line] of text.split("\n").entries()) {
    const shared = new Set(
      (line.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => words.has(word)),
    ).size;
    if (shared > best.shared) best = { line: index + 1, text: around(line, quote), shared };
  }
  return best;
}

/** The part of a long line that begins where the quote's longest kept beginning or end stands. */
function around(line: string, quote: string): string {
  if (line.length <= shownText) return line;
  const words = quote.split(/\s+/);
  const anchors = words.map((_, index) => words.slice(index, index + 3).join(" "));
  const at = anchors.map((anchor) => line.indexOf(anchor)).find((it) => it >= 0) ?? 0;
  const start = Math.max(0, at - quote.length);
  return line.slice(start, start + Math.min(shownText, quote.length * 3));
}

/** Every claim is assessed once and unchanged (C3), and the rows shown are those the tables give (C2). */
export function rowsSaySo(
  assessed: readonly AssessedClaim[],
  claims: readonly Claim[],
  tables: Tables,
): Finding[] {
  const wholeOf = (it: Claim): string => JSON.stringify([it.file, it.quote, it.claim, it.context ?? ""]);
  const asked = new Set(claims.map(wholeOf));
  const answered = new Set(assessed.map(keyOf));
  const missing = claims.filter((it) => !answered.has(keyOf(it)));
  const seen = new Set<string>();
  return [
    ...missing.map((it): Finding => ({
      message: "A claim was not assessed.",
      claimed: it.quote,
      where: it.file,
    })),
    ...assessed.flatMap((it, index): Finding[] => {
      const path = `claims[${index}]`;
      if (!asked.has(wholeOf(it)))
        return [{ message: "A claim was assessed that nobody made.", path, claimed: it.claim }];
      if (seen.has(keyOf(it))) return [{ message: "A claim was assessed twice.", path, claimed: it.quote }];
      seen.add(keyOf(it));
      return evidenceHolds(it, path, tables);
    }),
  ];
}

function evidenceHolds(claim: AssessedClaim, path: string, tables: Tables): Finding[] {
  if (claim.verdict !== "not verifiable" && claim.evidence.length === 0) {
    return [{ message: `"${claim.verdict}" without rows that say so.`, path: `${path}.evidence` }];
  }
  const wrong = claim.evidence.flatMap((it, index): Finding[] => {
    const place = `${path}.evidence[${index}]`;
    const again = tables.query(it.query);
    if (!again.ok)
      return [{ message: `The query shown cannot be asked: ${again.error}`, path: place, claimed: it.query }];
    const [claimed, found] = [rowsText(it.rows), rowsText(again.value)];
    return claimed === found
      ? []
      : [{ message: "The rows shown are not those of the data.", path: place, claimed, found }];
  });
  return [...wrong, ...numbersHold(claim, path)];
}

/** Rows as text, whatever the order of their members: what was recorded has its members sorted. */
function rowsText(rows: QueryRows): string {
  return JSON.stringify(
    rows.map((row) => Object.fromEntries(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))),
  );
}

/** Numbers of the explanation stand in the rows shown or in the claim: an invented one does not. */
function numbersHold(claim: AssessedClaim, path: string): Finding[] {
  const known = new Set(numbersIn(`${claim.quote} ${claim.claim} ${JSON.stringify(claim.evidence)}`));
  const invented = numbersIn(claim.why).filter((it) => !known.has(it));
  if (invented.length === 0) return [];
  const message = "The explanation holds a number that is in no row shown.";
  return [{ message, path: `${path}.why`, claimed: invented.join(", "), found: "not in the rows" }];
}

const smallNumbers = [
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
];
const adverbs: Readonly<Record<string, number>> = {
  once: 1,
  twice: 2,
  thrice: 3,
  duplicate: 2,
  triplicate: 3,
};

/** The value of a number word, or undefined: `three`, `twice`, `885`, `184,631`. */
export function numberOf(word: string): number | undefined {
  const lower = word.toLowerCase();
  const small = smallNumbers.indexOf(lower);
  if (small >= 0) return small;
  if (adverbs[lower] !== undefined) return adverbs[lower];
  return /^\d{1,3}(,\d{3})+(\.\d+)?$|^\d+(\.\d+)?$/.test(word) ? Number(word.replaceAll(",", "")) : undefined;
}

/** All numbers of a text, words included, not those inside names such as `IC50` or `hts_900`. */
export function numbersIn(text: string): number[] {
  const words =
    text.match(/(?<![\w-])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[a-z]+)(?![\w-])/gi) ?? [];
  return words.flatMap((word) => numberOf(word) ?? []);
}
