// From offsets in a string (UTF-16) to offsets in its bytes (UTF-8), without counting from the start each time.

/** A stretch of bytes, end exclusive. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

/** A count is kept for every so many characters. */
const stride = 4_096;

/**
 * Gives the byte at which a character of a text begins. Made in one pass over the text; each answer
 * looks at no more than 4,096 characters.
 */
export function byteCounter(text: string): (offset: number) => number {
  const counts = new Float64Array(Math.floor(text.length / stride) + 1);
  let sum = 0;
  for (let index = 0; index < counts.length; index += 1) {
    counts[index] = sum;
    sum += bytesBetween(text, index * stride, Math.min(text.length, (index + 1) * stride));
  }
  return (offset) => {
    const at = Math.min(Math.max(offset, 0), text.length);
    const index = Math.floor(at / stride);
    return counts[index]! + bytesBetween(text, index * stride, at);
  };
}

/** Half a pair counts two bytes, so that counts add up wherever a pair is cut. */
function bytesBetween(text: string, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x80) sum += 1;
    else if (code < 0x800 || (code >= 0xd800 && code <= 0xdfff)) sum += 2;
    else sum += 3;
  }
  return sum;
}
