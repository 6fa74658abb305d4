// What a model may do wrong here: answer from memory in place of running code.

import type { Faults } from "firebreak/standin";
import { columnsOf, descriptors } from "./case.ts";
import type { Fit } from "./gate.ts";

interface Equation {
  readonly intercept: number;
  readonly clogp: number;
  readonly weight: number;
  readonly rotors: number;
  readonly aromatic: number;
}

/** Delaney 2004, with the descriptors of that paper. */
const delaney: Equation = { intercept: 0.16, clogp: -0.63, weight: -0.0062, rotors: 0.066, aromatic: -0.74 };
/** Walters 2018, with the descriptors of an older RDKit: close to the truth here, and still not it. */
const walters: Equation = {
  intercept: 0.26121066,
  clogp: -0.74167395,
  weight: -0.00661388,
  rotors: 0.00345155,
  aromatic: -0.4262484,
};

export const faults: Faults = {
  recited: (answer) => recite(answer as Fit, delaney),
  "recited-closely": (answer) => recite(answer as Fit, walters),
};

function recite(fit: Fit, published: Equation): Fit {
  const columns = columnsOf(["measured_logS", ...fit.terms.map((it) => it.column)]);
  const terms = fit.terms.map(({ column, coefficient }) => {
    const meaning = descriptors.find((it) => columns.get(it) === column);
    return { column, coefficient: meaning === undefined ? coefficient : published[meaning] };
  });
  return { ...fit, intercept: published.intercept, terms };
}
