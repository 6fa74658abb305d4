// The gate: whatever the analyst says, its numbers are those of a least-squares fit of these data or they do not pass.
// It reads the data itself. A published equation, however famous, is the optimum of other descriptors and fails.

import { asked, columnsOf, type Descriptor, readTable, type SolubilityCase } from "./case.ts";
import { leastSquaresFit, qualityOf, type Regression, residualsOf, slant } from "./regression.ts";

/** The analyst's answer. */
export interface Fit {
  readonly rows: number;
  readonly intercept: number;
  readonly terms: readonly { readonly column: string; readonly coefficient: number }[];
  readonly r2: number;
  readonly rmse: number;
  readonly mae: number;
}

/** What the gate found wrong. */
export interface Finding {
  readonly message: string;
  readonly path?: string;
  readonly claimed?: string;
  readonly found?: string;
  readonly where?: string;
}

/** Residuals this far from orthogonal (see `slant`) are not what least squares leaves; six digits suffice to pass. */
const slantTolerance = 1e-4;
const qualityTolerance = 1e-4;

/** Everything that is wrong with a fit; nothing when it is the least-squares fit the question asks for. */
export function leastSquares(fit: Fit, { question, table }: SolubilityCase): readonly Finding[] {
  const data = measurements(table.text, question);
  if ("cannot" in data) return [{ message: `The data cannot be fitted: ${data.cannot}.`, where: table.file }];
  const names = fit.terms.map((it) => it.column);
  if (names.toSorted().join() !== data.names.toSorted().join()) {
    const message = "The fit is not on the columns the question asks for.";
    return [
      {
        message,
        path: "terms",
        claimed: names.join(", "),
        found: data.names.join(", "),
        where: `${table.file}:1`,
      },
    ];
  }
  const columns = names.map((it) => data.columns[data.names.indexOf(it)]!);
  const claimed: Regression = { intercept: fit.intercept, slopes: fit.terms.map((it) => it.coefficient) };
  const residuals = residualsOf(claimed, columns, data.measured);
  if (!(slant(residuals, columns) <= slantTolerance))
    return [notOptimal(claimed, names, columns, data.measured, table.file)];
  return wrongFigures(
    fit,
    { rows: data.measured.length, ...qualityOf(residuals, data.measured) },
    table.file,
  );
}

function notOptimal(
  claimed: Regression,
  names: readonly string[],
  columns: readonly (readonly number[])[],
  measured: readonly number[],
  file: string,
): Finding {
  const message =
    "These coefficients are not the least-squares fit of these data: the residuals still depend on the columns.";
  const best = leastSquaresFit(columns, measured);
  if (best === undefined)
    return { message: "The columns depend on each other: no fit is the only one.", where: file };
  return {
    message,
    path: "terms",
    claimed: equation(claimed, names),
    found: equation(best, names),
    where: file,
  };
}

function wrongFigures(
  fit: Fit,
  found: { rows: number; r2: number; rmse: number; mae: number },
  file: string,
): Finding[] {
  return (["rows", "r2", "rmse", "mae"] as const).flatMap((name) => {
    if (Math.abs(fit[name] - found[name]) <= (name === "rows" ? 0 : qualityTolerance)) return [];
    const message = `${name} is not that of the reported coefficients on these data.`;
    return [{ message, path: name, claimed: digits(fit[name]), found: digits(found[name]), where: file }];
  });
}

/** `logS = 0.256501 - 0.741736 clogp_crippen …` */
export function equation({ intercept, slopes }: Regression, names: readonly string[]): string {
  const terms = names.map(
    (it, at) => `${slopes[at]! < 0 ? "-" : "+"} ${digits(Math.abs(slopes[at]!))} ${it}`,
  );
  return ["logS =", digits(intercept), ...terms].join(" ");
}

const digits = (value: number): string => String(Number(value.toPrecision(6)));

interface Measurements {
  readonly names: readonly string[];
  readonly columns: readonly (readonly number[])[];
  readonly measured: readonly number[];
}

/** The numbers the question is about, out of the table's text. */
function measurements(text: string, question: string): Measurements | { readonly cannot: string } {
  const wanted = asked(question);
  if ("cannot" in wanted) return wanted;
  const { header, rows } = readTable(text);
  const names = namedColumns(header, wanted.on);
  if ("cannot" in names) return names;
  const numbers = names.all.map((name) => rows.map((row) => Number(row[header.indexOf(name)] || Number.NaN)));
  const bad = numbers.findIndex((column) => !column.every(Number.isFinite));
  if (bad >= 0) {
    const line = numbers[bad]!.findIndex((it) => !Number.isFinite(it)) + 2;
    return { cannot: `line ${line} holds no number in "${names.all[bad]}"` };
  }
  const [measured = [], ...columns] = numbers;
  return { names: names.all.slice(1), columns, measured };
}

/** Measured values first, then the descriptors in the order asked; or which of them no name tells. */
export function namedColumns(
  header: readonly string[],
  on: readonly Descriptor[],
): { readonly all: readonly string[] } | { readonly cannot: string } {
  const known = columnsOf(header);
  const meanings = ["measured", ...on] as const;
  const untold = meanings.filter((it) => !known.has(it));
  if (untold.length > 0)
    return {
      cannot: `no single column can be told to be ${untold.join(" and ")} among ${header.join(", ")}`,
    };
  return { all: meanings.map((it) => known.get(it)!) };
}
