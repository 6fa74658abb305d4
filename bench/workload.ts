// What a workload is given, and gives.

import type { Row } from "./report.ts";

export interface Effort {
  readonly rounds: number;
  /** Tiny sizes, to see that everything works; the figures say nothing. */
  readonly quick: boolean;
}

export interface Workload {
  /** As in the table of bars, and on the command line. */
  readonly id: string;
  measure(effort: Effort): Promise<readonly Row[]>;
}
