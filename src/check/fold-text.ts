// One spelling for text that means the same on paper: white space, quotation
// marks, dashes, ligatures, soft hyphens, the two micro signs. Case, digits and
// every other letter stay as they are. Each folded character knows its origin.

/** Folded text and, for each of its characters, the offset in the original. */
export interface Folded {
  readonly text: string;
  /** One more entry than characters: the last is the length of the original. */
  readonly origin: Int32Array;
}

/** What a hyphen at the end of a line stands for: a hyphen of the word, or a break made by the typesetter. */
export type LineHyphen = "keep" | "drop";

const space = 0x20;
const hyphen = 0x2d;
const star = 0x2a;

const spellings: readonly (readonly [string, string])[] = [
  ["‘’‚‛′`´ʹʼ", "'"],
  ["“”„‟«»″", '"'],
  ["‐‑‒–—―−﹣-", "-"],
  ["\u00ad\u200b\u200c\u200d\u2060\ufeff", ""],
  ["…", "..."],
  ["µ", "μ"],
  ["ﬀ", "ff"],
  ["ﬁ", "fi"],
  ["ﬂ", "fl"],
  ["ﬃ", "ffi"],
  ["ﬄ", "ffl"],
  ["ﬅﬆ", "st"],
];

/** Longest text one character folds to. */
const growth = 3;

const folds = new Map<number, readonly number[]>(
  spellings.flatMap(([from, to]) =>
    [...from].map((it) => [it.charCodeAt(0), [...to].map((letter) => letter.charCodeAt(0))] as const),
  ),
);

/** True for characters that only separate. */
function isSpace(code: number): boolean {
  if (code <= space) return code === space || (code >= 9 && code <= 13);
  return (
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  );
}

/** Folds a text in one pass. Runs of white space become one space; bold marks (`**`) vanish. */
export function fold(text: string, lineHyphen: LineHyphen = "keep"): Folded {
  const codes = new Uint16Array(text.length * growth);
  const origin = new Int32Array(text.length * growth + 1);
  let length = 0;
  const put = (code: number, at: number): void => {
    codes[length] = code;
    origin[length] = at;
    length += 1;
  };
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isSpace(code)) {
      if (length > 0 && codes[length - 1] === space) continue;
      if (
        length > 1 &&
        codes[length - 1] === hyphen &&
        isLetter(codes[length - 2]!) &&
        breaksLine(text, at)
      ) {
        if (lineHyphen === "drop") length -= 1;
        continue;
      }
      put(space, at);
    } else if (code === star && text.charCodeAt(at + 1) === star) {
      at += 1;
    } else if (code < 0x80 && code !== 0x60) {
      put(code, at);
    } else {
      const to = folds.get(code);
      if (to === undefined) put(code, at);
      else for (const letter of to) put(letter, at);
    }
  }
  origin[length] = text.length;
  return { text: read(codes.subarray(0, length)), origin: origin.subarray(0, length + 1) };
}

function read(codes: Uint16Array): string {
  return Buffer.from(codes.buffer, codes.byteOffset, codes.byteLength).toString("utf16le");
}

/** A line ends here, within one run of white space, and a small letter goes on. */
function breaksLine(text: string, at: number): boolean {
  let broken = false;
  for (let next = at; next < text.length && next < at + 80; next += 1) {
    const code = text.charCodeAt(next);
    if (code === 10 || code === 13) broken = true;
    else if (!isSpace(code)) return broken && code >= 0x61 && code <= 0x7a;
  }
  return false;
}

function isLetter(code: number): boolean {
  const small = code | 0x20;
  return (small >= 0x61 && small <= 0x7a) || (code > 0xbf && code < 0x250);
}

const wordForm = /[\p{L}\p{N}\p{M}_]/u;

/** True for letters, digits and the underscore. */
export function isWordAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (Number.isNaN(code)) return false;
  if (code < 0x80) return (code >= 0x30 && code <= 0x39) || isLetter(code) || code === 0x5f;
  return wordForm.test(String.fromCharCode(code)) || (code >= 0xd800 && code <= 0xdfff);
}

/** Longest text shown of a quote or a passage, in characters. */
export const shownLimit = 400;

/** Text for one line of a report: white space folded, cut at a limit. */
export function clip(text: string, limit: number = shownLimit): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}
