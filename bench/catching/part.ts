// What every part of `npm run bench:catching` takes and gives.

/** Settings of one run of the bench. */
export interface PartOptions {
  /** The folder of human-labelled data (FIREBREAK_DATA); undefined when there is none. */
  readonly data: string | undefined;
  /** Seeds everything random: bootstraps, plants, programs. */
  readonly seed: number;
  /** True for a look in seconds: fewer rows and resamples, and a note that says so. */
  readonly quick: boolean;
}

/** One measured figure. */
export interface PartRow {
  readonly name: string;
  /** How many responses, claims, plants or runs the figure rests on. */
  readonly n: number;
  readonly value: number;
  /** Ends of the 95 % interval. */
  readonly low: number;
  readonly high: number;
  /** What a predictor that always says the same would reach. */
  readonly constant?: number;
  /** What others published for the same task, with its source in words. */
  readonly reference?: string;
  readonly note?: string;
}

/** What a part found; without data it has no rows and a note that says why. */
export interface PartResult {
  readonly part: string;
  readonly rows: readonly PartRow[];
  readonly notes: readonly string[];
}

/** Measures one part. @throws when data is there but does not have the form its source file states. */
export type RunPart = (options: PartOptions) => Promise<PartResult>;
