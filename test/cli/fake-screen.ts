// A screen that keeps what was printed.

import { stripVTControlCharacters, styleText } from "node:util";
import type { Screen } from "../../src/cli/screen.ts";

export interface FakeScreen extends Screen {
  readonly printed: string[];
  readonly drawn: string[];
  /** All printed lines without styling. */
  text(): string;
}

export function fakeScreen(
  options: { isTerminal?: boolean; width?: number; height?: number } = {},
): FakeScreen {
  const { isTerminal = false, width = 80, height = 24 } = options;
  const printed: string[] = [];
  const drawn: string[] = [];
  return {
    isTerminal,
    width,
    height,
    printed,
    drawn,
    style: (style, text) => (isTerminal ? styleText(style, text, { validateStream: false }) : text),
    print: (...lines) => void printed.push(...lines),
    draw: (text) => void (isTerminal && drawn.push(text)),
    text: () => stripVTControlCharacters(printed.join("\n")),
  };
}
