// Ordinary least squares as the gate does it: orthogonalise the columns (modified Gram-Schmidt), then solve backwards.
// The analyst's program solves the normal equations instead; two ways, one optimum.

export interface Regression {
  readonly intercept: number;
  readonly slopes: readonly number[];
}

export interface Quality {
  readonly r2: number;
  readonly rmse: number;
  readonly mae: number;
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, it, at) => sum + it * b[at]!, 0);
const mean = (a: readonly number[]): number => a.reduce((sum, it) => sum + it, 0) / a.length;

/** The least-squares fit of `y` on the columns. Undefined when the columns do not determine one. */
export function leastSquaresFit(
  columns: readonly (readonly number[])[],
  y: readonly number[],
): Regression | undefined {
  const means = columns.map(mean);
  const basis: number[][] = [];
  const weights: number[][] = [];
  for (const [at, column] of columns.entries()) {
    let rest = column.map((it) => it - means[at]!);
    const size = Math.sqrt(dot(rest, rest));
    weights.push([]);
    for (const unit of basis) {
      const along = dot(unit, rest);
      weights[at]!.push(along);
      rest = rest.map((it, row) => it - along * unit[row]!);
    }
    const left = Math.sqrt(dot(rest, rest));
    if (!(left > size * 1e-9)) return undefined;
    weights[at]!.push(left);
    basis.push(rest.map((it) => it / left));
  }
  const centre = mean(y);
  const along = basis.map((unit) =>
    dot(
      unit,
      y.map((it) => it - centre),
    ),
  );
  const slopes: number[] = columns.map(() => 0);
  for (let at = columns.length - 1; at >= 0; at -= 1) {
    let value = along[at]!;
    for (let later = at + 1; later < columns.length; later += 1)
      value -= weights[later]![at]! * slopes[later]!;
    slopes[at] = value / weights[at]![at]!;
  }
  return { intercept: centre - dot(means, slopes), slopes };
}

/** What a fit leaves of `y`, row by row. */
export function residualsOf(
  fit: Regression,
  columns: readonly (readonly number[])[],
  y: readonly number[],
): number[] {
  return y.map(
    (it, row) =>
      it - fit.intercept - columns.reduce((sum, column, at) => sum + column[row]! * fit.slopes[at]!, 0),
  );
}

export function qualityOf(residuals: readonly number[], y: readonly number[]): Quality {
  const centre = mean(y);
  const left = dot(residuals, residuals);
  return {
    r2: 1 - left / y.reduce((sum, it) => sum + (it - centre) ** 2, 0),
    rmse: Math.sqrt(left / y.length),
    mae: mean(residuals.map(Math.abs)),
  };
}

/**
 * How far the residuals are from what least squares leaves: the greatest of their correlations with the columns and of
 * their mean over their size. 0 at the optimum, and only there.
 */
export function slant(residuals: readonly number[], columns: readonly (readonly number[])[]): number {
  const size = Math.sqrt(dot(residuals, residuals));
  if (size === 0) return 0;
  const offset = Math.abs(mean(residuals)) / (size / Math.sqrt(residuals.length));
  const correlations = columns.map((column) => {
    const centre = mean(column);
    const centred = column.map((it) => it - centre);
    return Math.abs(dot(centred, residuals)) / (Math.sqrt(dot(centred, centred)) * size);
  });
  return Math.max(offset, ...correlations);
}
