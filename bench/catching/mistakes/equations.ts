// Equations of plain numbers written in prose or typeset: "3 × 4 = 12", "\(2 \times 3 = 6\)". Each is worked
// out; what holds a name, a unit between its numbers or anything else is left alone.

import { check } from "firebreak";
import { evaluate } from "./expression.ts";
import { type StepCheck, unread } from "./trace.ts";

const equation =
  /(?<![\w.^_)\]}/*+-]\s*)((?:[-(]\s*)*\d[\d.\s()+*/-]*?)\s*=\s*(-?\d+(?:\.\d+)?)(?!\.?\d|\s*[\w^_(/*+-])/g;

/** Every equation of numbers in a step holds, to the digits it is written with. */
export const equations: StepCheck = check("written equations hold", (step) => {
  let read = 0;
  for (const [, left = "", right = ""] of fold(step).matchAll(equation)) {
    if (!/\d\s*[-+*/]\s*[-(]*\s*\d/.test(left)) continue;
    const value = evaluate(left);
    if (value === undefined) continue;
    read += 1;
    if (Math.abs(value - Number(right)) > precisionOf(right))
      return `${left.trim()} is ${value}, not ${right}`;
  }
  return read > 0 || unread;
});

/** One unit of the last digit written: rounded and cut-off results both pass. */
function precisionOf(written: string): number {
  const [, decimals = ""] = written.split(".");
  return decimals === "" ? 1e-9 : 10 ** -decimals.length;
}

/** Typesetting and thousands taken away. */
function fold(text: string): string {
  return text
    .replaceAll(/\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, "(($1)/($2))")
    .replaceAll(/\\(?:times|cdot)|×|·/g, "*")
    .replaceAll(/\\div|÷/g, "/")
    .replaceAll(/−|–/g, "-")
    .replaceAll(/\\(?:text|mathrm|mbox)\s*\{[^}]*\}/g, " ")
    .replaceAll(/\\[()[\],;! ]|\\(?:left|right)|\$/g, " ")
    .replaceAll(/(?<=\d),(?=\d{3}\b)/g, "");
}
