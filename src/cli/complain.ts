// How errors are told: those of the catalogue as code, sentence and mend; all others in one line.

import { FirebreakError } from "../base/errors.ts";
import { redact } from "../base/secrets.ts";
import { clean, oneLine, wrap } from "./plain-text.ts";
import type { Screen } from "./screen.ts";

/** Prints an error. `debug` adds the stack and what caused it. */
export function complain(screen: Screen, error: unknown, debug: boolean): void {
  screen.print(...errorLines(screen, error));
  if (!debug) return;
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    screen.print(screen.style("dim", clean(redact(at.stack ?? at.message))));
  }
}

function errorLines(screen: Screen, error: unknown): string[] {
  if (FirebreakError.any(error)) {
    const head = `${error.code}: `;
    const sentence = error.message.slice(head.length, error.message.length - error.fix.length).trim();
    const [first = "", ...rest] = wrap(redact(`${head}${sentence}`), screen.width);
    return [screen.style("red", first), ...rest, ...wrap(redact(error.fix), screen.width)];
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return [
    screen.style("red", oneLine(redact(message))),
    screen.style("dim", "--debug shows where it comes from."),
  ];
}
