// Letters with loose accents become single characters, letter by letter, so that every character of
// the result knows where it came from.

const accented = /\P{M}\p{M}+/gu;

/** Composes a text (NFC, one letter with its accents at a time). Line breaks stay. */
export function compose(text: string): string {
  return /\p{M}/u.test(text) ? text.replace(accented, (it) => it.normalize("NFC")) : text;
}

/** For each character of a composed text, and for its end, the offset in the text it was made of. */
export function composedOrigin(text: string): Int32Array {
  const origin = new Int32Array(text.length + 1);
  let length = 0;
  let at = 0;
  const keep = (until: number): void => {
    for (; at < until; at += 1) origin[length++] = at;
  };
  for (const match of text.matchAll(accented)) {
    keep(match.index);
    const composed = match[0].normalize("NFC");
    for (let index = 0; index < composed.length; index += 1) origin[length++] = match.index;
    at = match.index + match[0].length;
  }
  keep(text.length);
  origin[length] = text.length;
  return origin.subarray(0, length + 1);
}
