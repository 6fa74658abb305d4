/** One row of the error catalogue. `Details` holds ids, names and numbers, never live objects. */
export interface ErrorRow<Details> {
  /** True when doing the same again later may work without a change. */
  readonly retryable: boolean;
  /** What happened, in terms the caller used. No full stop at the end. */
  message(details: Details): string;
  /** What to do next: one or two whole sentences. */
  fix(details: Details): string;
}

/** Fixes a row's type of details. */
export const row = <Details>(it: ErrorRow<Details>): ErrorRow<Details> => it;
