// Statements: what a scorer looks at one at a time, with its place among the others.

import { sentences, wordsIn, type Word } from "./words.ts";

/** A sentence of a response, or a claim taken out of one. */
export interface Statement {
  readonly text: string;
  readonly words: readonly Word[];
  /** Its place: 0 is the first, 1 the last. */
  readonly position: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** In how many statements of the same response each stem occurs. */
  readonly told: ReadonlyMap<string, number>;
  /** In characters of the response; of a claim, of itself. */
  readonly start: number;
  readonly end: number;
}

/** Sentences of a response, in order. */
export function statementsOf(response: string): readonly Statement[] {
  return arranged(
    sentences(response).map(({ start, end, words }) => ({
      text: response.slice(start, end),
      words,
      start,
      end,
    })),
  );
}

/** Claims taken out of one response, in order. */
export function claimStatements(claims: readonly string[]): readonly Statement[] {
  return arranged(claims.map((text) => ({ text, words: wordsIn(text), start: 0, end: text.length })));
}

function arranged(
  parts: readonly Pick<Statement, "text" | "words" | "start" | "end">[],
): readonly Statement[] {
  const told = new Map<string, number>();
  for (const { words } of parts)
    for (const it of new Set(words.map((word) => word.stem))) told.set(it, (told.get(it) ?? 0) + 1);
  return parts.map((it, at) => ({
    ...it,
    position: parts.length < 2 ? 0 : at / (parts.length - 1),
    isFirst: at === 0,
    isLast: at === parts.length - 1,
    told,
  }));
}
