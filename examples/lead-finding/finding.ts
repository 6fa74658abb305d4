/** What a gate found wrong: a problem of a verdict, without the name of its check. */
export interface Finding {
  readonly message: string;
  readonly path?: string;
  readonly claimed?: string;
  readonly found?: string;
  readonly where?: string;
}
