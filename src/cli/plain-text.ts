// Text that models, tools, files and people wrote, made safe to print: it can neither move the cursor, set a
// title, hide or reverse what stands beside it, nor break a line where a line is one entry.

import { eastAsianWidth } from "get-east-asian-width";
import { stripVTControlCharacters } from "node:util";

/** Sequences Node's own stripping leaves behind: device control, application and privacy strings with their bodies. */
const controlStrings =
  /(?:\u001b[P^_X]|[\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?/g;
/** Operating-system commands, also ones that were cut off before their end. */
const systemCommands = /(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?/g;
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** Marks that reverse or hide text: bidi controls, zero-width and tag characters, interlinear and variation marks. */
const hidden = /[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** The text without control sequences, control characters and bidi marks. Line breaks and tabs stay. */
export function clean(text: string): string {
  const bare = text.replace(controlStrings, "").replace(systemCommands, "");
  return stripVTControlCharacters(bare).replaceAll("\r\n", "\n").replace(controls, "").replace(hidden, "");
}

/** The same on one line: every run of white space is one space. */
export function oneLine(text: string): string {
  return clean(text).replace(/\s+/g, " ").trim();
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Columns a text takes in a terminal; styling counts nothing. */
export function columns(text: string): number {
  let count = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text)))
    count += graphemeColumns(segment);
  return count;
}

function graphemeColumns(segment: string): number {
  if (/\p{Emoji_Presentation}|\ufe0f/u.test(segment)) return 2;
  return eastAsianWidth(segment.codePointAt(0) ?? 0);
}

/** The text cut to a number of columns, with … when something is missing. For text without styling. */
export function fit(text: string, width: number): string {
  if (columns(text) <= width) return text;
  let cut = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const more = graphemeColumns(segment);
    if (used + more > width - 1) break;
    used += more;
    cut += segment;
  }
  return width > 0 ? `${cut}…` : "";
}

/** The text with spaces up to a number of columns. May be styled. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - columns(text)));
}

/** Breaks text at spaces into lines of a number of columns; longer words are cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of clean(text).split("\n")) {
    let line = "";
    for (const word of paragraph.split(/\s+/).flatMap((it) => pieces(it, width))) {
      const joined = line === "" ? word : `${line} ${word}`;
      if (columns(joined) <= width) line = joined;
      else {
        lines.push(line);
        line = word;
      }
    }
    lines.push(line);
  }
  return lines;
}

function pieces(word: string, width: number): string[] {
  if (columns(word) <= width) return [word];
  const parts = [""];
  for (const { segment } of graphemes.segment(word)) {
    const last = parts.length - 1;
    if (columns(`${parts[last]}${segment}`) <= width) parts[last] += segment;
    else parts.push(segment);
  }
  return parts;
}
