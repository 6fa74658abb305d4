// The parts of a text that stand between quotation marks, and block quotes.

/** A part in quotation marks, by offsets that hold the marks. */
export interface QuotedPart {
  /** What stands between the marks. */
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

/** Lengths are bounded and no part crosses a line, so this is linear. */
const forms = [
  /“([^”\n]{1,4000})”/g,
  /«([^»\n]{1,4000})»/g,
  /(?<![\p{L}\p{N}])"([^"\n]{1,4000})"(?![\p{L}\p{N}])/gu,
  /^>[ \t]?(\S.{0,4000})$/gm,
];

/** Single marks are apostrophes too: only where they stand outside of words on both sides. */
const single = /(?<![\p{L}\p{N}.,!?])[‘']([^'’‘\n]{2,400})['’](?![\p{L}\p{N}])/gu;

/** The quoted parts of a text, in order; none lies in another. */
export function quotedParts(text: string): QuotedPart[] {
  const found: QuotedPart[] = [];
  for (const form of [...forms, single]) {
    const past = found.toSorted((a, b) => a.at - b.at);
    for (const match of text.matchAll(form)) {
      const [at, end] = [match.index, match.index + match[0].length];
      if (!overlaps(past, at, end)) found.push({ text: match[1]!, at, end });
    }
  }
  return found.sort((a, b) => a.at - b.at);
}

/** True where a stretch touches one of a list in order that do not touch each other. */
export function overlaps(
  sorted: readonly { readonly at: number; readonly end: number }[],
  at: number,
  end: number,
): boolean {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const it = sorted[middle]!;
    if (it.end <= at) low = middle + 1;
    else if (it.at >= end) high = middle - 1;
    else return true;
  }
  return false;
}
