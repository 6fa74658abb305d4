// Logistic regression with a ridge, by Newton's method: small, exact, and the same weights on every machine.

/** A fitted model: standardises each feature, then weighs it. */
export interface Logistic {
  readonly means: readonly number[];
  readonly scales: readonly number[];
  /** One more than features: the last is the constant. */
  readonly weights: readonly number[];
}

export interface Example {
  readonly features: readonly number[];
  readonly isPositive: boolean;
  /** Default 1. */
  readonly weight?: number;
}

const roundsLimit = 30;
const settled = 1e-8;

/** Fits to examples; `ridge` is the penalty on each standardised weight, in examples. */
export function fitLogistic(examples: readonly Example[], ridge: number): Logistic {
  const width = examples[0]?.features.length ?? 0;
  const means = Array.from({ length: width }, (_, at) => mean(examples.map((it) => it.features[at]!)));
  const scales = means.map(
    (middle, at) => Math.sqrt(mean(examples.map((it) => (it.features[at]! - middle) ** 2))) || 1,
  );
  const rows = examples.map((it) => [
    ...it.features.map((value, at) => (value - means[at]!) / scales[at]!),
    1,
  ]);
  let weights = new Array<number>(width + 1).fill(0);
  for (let round = 0; round < roundsLimit; round += 1) {
    const step = newtonStep(rows, examples, weights, ridge);
    weights = weights.map((it, at) => it + step[at]!);
    if (Math.max(...step.map(Math.abs)) < settled) break;
  }
  return { means, scales, weights };
}

function newtonStep(
  rows: readonly (readonly number[])[],
  examples: readonly Example[],
  weights: readonly number[],
  ridge: number,
): readonly number[] {
  const size = weights.length;
  const slope = weights.map((it, at) => (at === size - 1 ? 0 : -ridge * it));
  const curve = Array.from({ length: size }, (_, at) => {
    const line = new Float64Array(size);
    line[at] = at === size - 1 ? 1e-9 : ridge;
    return line;
  });
  for (const [at, row] of rows.entries()) {
    const chance = sigmoid(dot(row, weights));
    const amount = examples[at]!.weight ?? 1;
    const error = amount * ((examples[at]!.isPositive ? 1 : 0) - chance);
    const bend = amount * Math.max(1e-6, chance * (1 - chance));
    for (let i = 0; i < size; i += 1) {
      slope[i]! += error * row[i]!;
      const line = curve[i]!;
      const left = bend * row[i]!;
      for (let j = i; j < size; j += 1) line[j]! += left * row[j]!;
    }
  }
  for (let i = 0; i < size; i += 1) for (let j = 0; j < i; j += 1) curve[i]![j] = curve[j]![i]!;
  return solve(curve, slope);
}

/** Solves a symmetric positive system by Gauss's elimination. */
function solve(matrix: readonly Float64Array[], right: readonly number[]): readonly number[] {
  const rows = matrix.map((it, at) => [...it, right[at]!]);
  const size = rows.length;
  for (let at = 0; at < size; at += 1) {
    let pivot = at;
    for (let it = at + 1; it < size; it += 1)
      if (Math.abs(rows[it]![at]!) > Math.abs(rows[pivot]![at]!)) pivot = it;
    [rows[at], rows[pivot]] = [rows[pivot]!, rows[at]!];
    for (let it = at + 1; it < size; it += 1) {
      const factor = rows[it]![at]! / rows[at]![at]!;
      for (let column = at; column <= size; column += 1) rows[it]![column]! -= factor * rows[at]![column]!;
    }
  }
  const answer = new Array<number>(size).fill(0);
  for (let at = size - 1; at >= 0; at -= 1) {
    const known = rows[at]!.slice(at + 1, size).reduce(
      (total, it, offset) => total + it * answer[at + 1 + offset]!,
      0,
    );
    answer[at] = (rows[at]![size]! - known) / rows[at]![at]!;
  }
  return answer;
}

/** The log odds that an example is positive. */
export function logit(model: Logistic, features: readonly number[]): number {
  return features.reduce(
    (total, value, at) => total + model.weights[at]! * ((value - model.means[at]!) / model.scales[at]!),
    model.weights.at(-1)!,
  );
}

/** The chance that an example is positive. */
export function chance(model: Logistic, features: readonly number[]): number {
  return sigmoid(logit(model, features));
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function dot(left: readonly number[], right: readonly number[]): number {
  let total = 0;
  for (let at = 0; at < left.length; at += 1) total += left[at]! * right[at]!;
  return total;
}

function mean(values: readonly number[]): number {
  return values.reduce((total, it) => total + it, 0) / Math.max(1, values.length);
}
