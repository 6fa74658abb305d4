// The names kind of `grounded`: whom and what a text names is named in what was read.

import type { Problem } from "./check.ts";
import { otherNumber } from "./coded-names.ts";
import { excerpt } from "./excerpt.ts";
import type { Finding } from "./finding.ts";
import { clip } from "./fold-text.ts";
import { matchName } from "./match-names.ts";
import { besides } from "./nearest-passage.ts";
import { type NameMention, readNames } from "./read-names.ts";
import type { SourceText } from "./source-text.ts";
import { evidenceLimit, type Stretch, witnesses } from "./witness.ts";

/** What was found of one name. Nothing but the mention: a rule cannot tell, and it is left out. */
export interface NameFinding {
  readonly mention: NameMention;
  readonly at?: Stretch;
  readonly doubt?: string;
  readonly problem?: Omit<Problem, "check" | "path">;
}

/**
 * Looks up names of a text. `isName`: the text is nothing but a name, so that a capital at its beginning
 * is one too.
 */
export function findNames(
  text: string,
  mentions: readonly NameMention[],
  texts: readonly SourceText[],
  options: { readonly names?: readonly string[] | undefined; readonly isName?: boolean } = {},
): NameFinding[] {
  const beside = besides(texts);
  const place = options.names === undefined ? "what was read" : options.names.join(", ");
  return mentions.map((mention) => {
    if (mention.words.length === 0) return { mention };
    const other = otherNumber(text, mention, texts);
    if (other !== undefined) {
      const claimed = clip(excerpt(text, mention.at, mention.end));
      return { mention, problem: beside(`"${other.name}" occurs only as "${other.known}"`, claimed) };
    }
    const match = matchName(mention, texts);
    if (match.likeness === "same") return { mention, at: match.place };
    if (match.likeness === "part") return { mention, doubt: `"${mention.text}": ${match.why}` };
    const sure = match.words.filter((it) => it.isCertain || options.isName === true);
    if (sure.length === 0) return findRest(mention, texts);
    if (sure.length === 1 && sure[0]!.opens && options.isName !== true && isNamed(findRest(mention, texts)))
      return { mention, doubt: `"${sure[0]!.written}" of "${mention.text}" does not occur` };
    const part = mention.words.length > sure.length ? `${sure.map((it) => it.written).join(", ")} of ` : "";
    const claimed = clip(excerpt(text, mention.at, mention.end));
    const message = `${part}the name "${mention.text}" does not occur in ${place}`;
    return { mention, problem: beside(message, claimed) };
  });
}

/** Where the rest of a name stands whose first word is owed to its place: "Former Dons", "In Lodz". */
function findRest(mention: NameMention, texts: readonly SourceText[]): NameFinding {
  const [first, ...words] = mention.words;
  if (first === undefined || words.length === 0) return { mention };
  const rest = { ...mention, words, phrase: words.map((it) => it.text), at: words[0]!.at };
  const match = matchName(rest, texts);
  return match.likeness === "same" ? { mention: rest, at: match.place } : { mention };
}

/** What was found begins with a capital in its source. */
function isNamed({ at }: NameFinding): boolean {
  return at !== undefined && /\p{Lu}/u.test(at.source.text.charAt(at.start));
}

/** Longest text that may be nothing but a name, in characters. */
const nameLimit = 120;

/** Looks up every name stated at a path. A text without one is in doubt. */
export function groundNames(
  path: string,
  text: string,
  texts: readonly SourceText[],
  names?: readonly string[],
): Finding {
  const mentions = readNames(text).filter((it) => it.words.length > 0);
  if (mentions.length === 0)
    return {
      problems: [],
      doubts: [`${path}: no name can be read in "${clip(text, 60)}"`],
      evidence: [],
      count: 1,
    };
  const rest = mentions.reduce((left, it) => left.replace(it.text, ""), text);
  const isName = text.length <= nameLimit && !/\p{Ll}{3,}/u.test(rest);
  const found = findNames(text, mentions, texts, { names, isName });
  const witness = witnesses(path, text);
  return {
    problems: found.flatMap((it) => (it.problem === undefined ? [] : [{ path, ...it.problem }])),
    doubts: found.flatMap((it) => (it.doubt === undefined ? [] : [`${path}: ${it.doubt}`])),
    evidence: found
      .filter((it) => it.at !== undefined)
      .slice(0, evidenceLimit)
      .map((it) => witness(it.at!, it.mention)),
    count: mentions.length,
  };
}
