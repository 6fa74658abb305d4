// Where the command line prints: a terminal with columns and colour, or a pipe with neither.
// CLI1 is kept here: a pipe gets whole lines without cursor or colour codes.

import type { Writable } from "node:stream";
import { styleText } from "node:util";

export type Style = Parameters<typeof styleText>[0];

export interface Screen {
  readonly isTerminal: boolean;
  /** Columns to stay within. */
  readonly width: number;
  readonly height: number;
  /** Styled where the target shows colours, else as given. */
  style(style: Style, text: string): string;
  /** Prints whole lines. */
  print(...lines: readonly string[]): void;
  /** Writes as it is: for redrawing. Does nothing in a pipe. */
  draw(text: string): void;
}

/** Widest lines we print; narrower terminals make them narrower. */
const widest = 100;
/** Lines in a pipe: nothing wraps there, but somebody reads it. */
const pipeWidth = 100;
const narrowest = 40;

/** A stream that may be a terminal. */
export type TextStream = Writable & Partial<Pick<NodeJS.WriteStream, "isTTY" | "columns" | "rows">>;

/** A screen over a stream such as process.stdout. Honours NO_COLOR and FORCE_COLOR as Node does. */
export function screenOn(stream: TextStream): Screen {
  const isTerminal = stream.isTTY === true && process.env["TERM"] !== "dumb";
  return {
    isTerminal,
    get width() {
      return isTerminal ? Math.max(narrowest, Math.min(widest, stream.columns ?? pipeWidth)) : pipeWidth;
    },
    get height() {
      return isTerminal ? (stream.rows ?? 24) : Infinity;
    },
    style: (style, text) => styleText(style, text, { stream }),
    print: (...lines) => void stream.write(lines.map((it) => `${it}\n`).join("")),
    draw: (text) => void (isTerminal && stream.write(text)),
  };
}
