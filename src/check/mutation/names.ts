// Names in a text, as far as their form tells: "Marie Curie", "CHEMBL12", "IL-6", "Aurora kinase" gives "Aurora".

/** A name and where it stands. */
export interface Named {
  readonly text: string;
  readonly at: number;
}

/** A capital, then letters; several such words, or one with further capitals, digits or a hyphen. */
const form =
  /(?<![\p{L}\p{N}_.])(?:\p{Lu}[\p{L}\p{N}]*(?:[-'’.]\p{L}?[\p{L}\p{N}]+)*)(?:[  ](?:(?:de|van|von|of|the) )?\p{Lu}[\p{L}\p{N}]*(?:[-'’][\p{L}\p{N}]+)*){0,4}/gu;

/** Words that stand with a capital though they name nothing. */
const plain = new Set(
  (
    "The A An This That These Those It Its We Our They Their He She His Her In On At By For From To Of And But Or If When " +
    "While Where With Without As Is Are Was Were Not No All Each Every Some Most Many Both After Before During Since However " +
    "Thus Therefore Although Because There Here Then Than Figure Table Section Abstract Introduction Results Methods Discussion " +
    "Conclusion I You Yes So Such Also Both Only Which What Who How Why Across Among Between Under Over Compared Overall " +
    "Finally First Second Third Moreover Furthermore Additionally"
  ).split(" "),
);

/** True where a sentence, a line or a quotation begins: a capital tells nothing there. */
function startsSentence(text: string, at: number): boolean {
  return (
    /(?:^|[.!?:]["')\]]*\s|\n\s*(?:[-*#>|]+\s*)?|["“(]\s?)$/u.test(text.slice(Math.max(0, at - 6), at)) ||
    at === 0
  );
}

/** Names in a text, in order. */
export function namesIn(text: string): Named[] {
  const found: Named[] = [];
  for (const match of text.matchAll(form)) {
    const trimmed = withoutPlain(match[0]);
    if (trimmed === undefined) continue;
    const at = match.index + trimmed.offset;
    const isTelling = /\p{L}.*[\p{Lu}\p{N}]|[-'’]/u.test(trimmed.text.slice(1)) || trimmed.text.includes(" ");
    if (trimmed.text.length < 2 || (!isTelling && startsSentence(text, at))) continue;
    if (/^[IVX]+$/.test(trimmed.text)) continue;
    found.push({ text: trimmed.text, at });
  }
  return found;
}

/** A name without the plain words it begins with: "The Aurora" is "Aurora". */
function withoutPlain(text: string): { readonly text: string; readonly offset: number } | undefined {
  let offset = 0;
  for (;;) {
    const word = /^[\p{L}\p{N}]+/u.exec(text.slice(offset))?.[0];
    if (word === undefined) return undefined;
    if (!plain.has(word)) return { text: text.slice(offset), offset };
    const next = /^[\p{L}\p{N}]+[  ]/u.exec(text.slice(offset));
    if (next === null) return undefined;
    offset += next[0].length;
  }
}
