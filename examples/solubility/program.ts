// The analyst's program, written from a template: normal equations, scaled, solved by elimination with pivoting. It runs in
// the sandbox, where there is nothing but readFile, writeFile and console.log: plain JavaScript, no imports.

/** File the program writes. */
export const fitFile = "fit.json";

const template = `
function cells(line) {
  const found = [];
  for (const it of (',' + line).matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)) found.push(it[1] === undefined ? it[2] : it[1]);
  return found;
}
const [head, ...lines] = readFile(FILE).trimEnd().split(/\\r?\\n/).map(cells);
const place = (name) => {
  const at = head.indexOf(name);
  if (at < 0) throw new Error('no column "' + name + '"; there are: ' + head.join(', '));
  return at;
};
const number = (cell, line) => {
  const value = cell === '' ? NaN : Number(cell);
  if (!Number.isFinite(value)) throw new Error('line ' + (line + 2) + ' holds no number: "' + cell + '"');
  return value;
};
const target = place(TARGET), on = COLUMNS.map(place);
const y = lines.map((row, line) => number(row[target], line));
const x = lines.map((row, line) => [1, ...on.map((at) => number(row[at], line))]);
const size = on.length + 1;
const scale = Array.from({ length: size }, (_, j) => Math.max(...x.map((row) => Math.abs(row[j]))) || 1);
const m = Array.from({ length: size }, () => new Array(size + 1).fill(0));
x.forEach((row, line) => {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) m[i][j] += row[i] / scale[i] * row[j] / scale[j];
    m[i][size] += row[i] / scale[i] * y[line];
  }
});
for (let i = 0; i < size; i++) {
  let pivot = i;
  for (let k = i + 1; k < size; k++) if (Math.abs(m[k][i]) > Math.abs(m[pivot][i])) pivot = k;
  [m[i], m[pivot]] = [m[pivot], m[i]];
  if (!(Math.abs(m[i][i]) > 1e-9)) throw new Error('the columns depend on each other');
  for (let k = 0; k < size; k++) {
    if (k === i) continue;
    const factor = m[k][i] / m[i][i];
    for (let j = i; j <= size; j++) m[k][j] -= factor * m[i][j];
  }
}
const beta = m.map((row, i) => row[size] / row[i] / scale[i]);
const left = x.map((row, line) => y[line] - row.reduce((sum, it, j) => sum + it * beta[j], 0));
const mean = y.reduce((sum, it) => sum + it, 0) / y.length;
const squares = left.reduce((sum, it) => sum + it * it, 0);
const fit = {
  rows: y.length,
  intercept: beta[0],
  terms: COLUMNS.map((column, at) => ({ column, coefficient: beta[at + 1] })),
  r2: 1 - squares / y.reduce((sum, it) => sum + (it - mean) ** 2, 0),
  rmse: Math.sqrt(squares / y.length),
  mae: left.reduce((sum, it) => sum + Math.abs(it), 0) / y.length,
};
writeFile(OUT, JSON.stringify(fit));
console.log(JSON.stringify(fit));
`;

/** A program that fits one column of a file on others. */
export function fitProgram(file: string, target: string, columns: readonly string[]): string {
  const names: Record<string, unknown> = { FILE: file, TARGET: target, COLUMNS: columns, OUT: fitFile };
  return template.replaceAll(/\b(FILE|TARGET|COLUMNS|OUT)\b/g, (name) => JSON.stringify(names[name]));
}
