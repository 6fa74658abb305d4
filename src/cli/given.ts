// Values and names as they are given on a command line.

import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { FirebreakError } from "../base/errors.ts";

/** JSON, `@file` with JSON in it, or `@-` for standard input. @throws INPUT_UNREADABLE */
export function givenValue(text: string): unknown {
  const isFile = text.startsWith("@");
  try {
    return JSON.parse(isFile ? readFileSync(text === "@-" ? 0 : text.slice(1), "utf8") : text) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new FirebreakError(
      "INPUT_UNREADABLE",
      { given: isFile ? text.slice(1) : text.slice(0, 60), reason },
      { cause: error },
    );
  }
}

/** A number above 0. @throws OPTION_INVALID */
export function givenAmount(option: string, text: string): number {
  const amount = Number(text);
  if (Number.isFinite(amount) && amount > 0) return amount;
  throw new FirebreakError("OPTION_INVALID", {
    option,
    given: text,
    mend: "Give a number greater than 0, for example 0.50.",
  });
}

/** A whole number above 0. @throws OPTION_INVALID */
export function givenCount(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new FirebreakError("OPTION_INVALID", {
    option,
    given: text,
    mend: "Give a whole number greater than 0.",
  });
}

/** Who acts here: $FIREBREAK_USER, else the name of the login. */
export function whoActs(env: NodeJS.ProcessEnv = process.env): string {
  const named = env["FIREBREAK_USER"];
  if (named !== undefined && named !== "") return named;
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry has no name.
    return "someone at this terminal";
  }
}

/** Splits `RUN:SEQ`; the sequence may be missing. @throws OPTION_INVALID */
export function givenPlace(text: string): { readonly run: string; readonly seq?: number } {
  const match = /^([^:]+)(?::(\d+))?$/.exec(text);
  if (match === null) {
    throw new FirebreakError("OPTION_INVALID", {
      option: "RUN[:SEQ]",
      given: text,
      mend: "Name a run, or one of its questions: last, r0199…, last:12.",
    });
  }
  return { run: match[1] ?? text, ...(match[2] === undefined ? {} : { seq: Number(match[2]) }) };
}
