// The error this library throws on purpose. One class and one catalogue, so
// that nothing has to import an error from the folder that throws it.
//
// Expected failures of a tool, a model or a check are values (a tool result, a
// verdict). What stops the caller is thrown, and has a row in the catalogue.

import { type ErrorCode, type ErrorDetails, errorCatalogue, type ErrorRow } from "./error-catalogue.ts";

export type { ErrorCode, ErrorDetails } from "./error-catalogue.ts";

/** Shared by every copy of this package in a process, so `is` works across versions. */
const brand: unique symbol = Symbol.for("firebreak.error") as never;

/**
 * An error of the catalogue: `code` is stable between releases and the anchor in docs/errors.md;
 * `message` says what happened and `fix` what to do next.
 */
export class FirebreakError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = "FirebreakError";
  readonly [brand] = true;
  readonly code: Code;
  readonly details: ErrorDetails<Code>;
  /** What happened, without the code and the mend. */
  readonly sentence: string;
  readonly fix: string;
  readonly retryable: boolean;

  constructor(code: Code, details: ErrorDetails<Code>, options?: ErrorOptions) {
    const row = errorCatalogue[code] as unknown as ErrorRow<ErrorDetails<Code>>;
    super(`${code}: ${row.message(details)}. ${row.fix(details)}`, options);
    this.code = code;
    this.details = details;
    this.sentence = row.message(details);
    this.fix = row.fix(details);
    this.retryable = row.retryable;
  }

  /** True for an error of this code, also when another copy of the package threw it. */
  static is<Code extends ErrorCode>(value: unknown, code: Code): value is FirebreakError<Code> {
    return FirebreakError.any(value) && value.code === code;
  }

  /** True for every error of the catalogue. */
  static any(value: unknown): value is FirebreakError {
    return typeof value === "object" && value !== null && brand in value;
  }
}
