// Amounts that a text converted itself: "79 °F (26 °C)" where the source has 79 degrees. The source does not
// say the result, but one of its amounts gives it, rounded: in doubt, not wrong.

import { type KnownNumber, type NumberIndex, numbersNear } from "./match-numbers.ts";
import type { NumberMention } from "./read-numbers.ts";

/** How a unit counts in the base unit of what it measures: value × factor + offset. */
interface Scale {
  readonly measure: string;
  readonly factor: number;
  readonly offset: number;
}

const rows: readonly (readonly [measure: string, names: string, factor: number, offset?: number])[] = [
  ["temperature", "c celsius centigrade", 1],
  ["temperature", "f fahrenheit", 5 / 9, -160 / 9],
  ["temperature", "k kelvin", 1, -273.15],
  ["length", "cm centimeter centimetre", 0.01],
  ["length", "m meter metre", 1],
  ["length", "km kilometer kilometre", 1_000],
  ["length", "inch inches", 0.0254],
  ["length", "ft foot feet", 0.3048],
  ["length", "yd yard", 0.9144],
  ["length", "mi mile", 1_609.344],
  ["mass", "g gram gramme", 0.001],
  ["mass", "kg kilo kilogram kilogramme", 1],
  ["mass", "oz ounce", 0.028_35],
  ["mass", "lb pound", 0.453_59],
  ["mass", "st stone", 6.350_3],
  ["volume", "ml millilitre milliliter", 0.001],
  ["volume", "l litre liter", 1],
  ["volume", "gal gallon", 3.785_4],
  ["volume", "pint", 0.473_18],
  ["volume", "quart", 0.946_35],
  ["speed", "km/h kph kmh", 1],
  ["speed", "mph", 1.609_344],
  ["area", "ha hectare", 1],
  ["area", "acre", 0.404_69],
];

const scales = new Map<string, Scale>(
  rows.flatMap(([measure, names, factor, offset = 0]) =>
    names.split(" ").map((it) => [it, { measure, factor, offset }] as const),
  ),
);

/** Farthest a converted amount may be from the exact one, as a share: "160 km" for 100 miles. */
const roundedBy = 0.01;

const word = /^[\s-]?(?:°|º|degrees?\s)?\s?(km\/h|\p{L}{1,12})(?![\p{L}\p{N}])/u;
const degrees = /^\s?(?:°|º|degrees?\b)/u;

/** The scale of the unit that stands after a number's digits. */
function scaleAfter(text: string, at: number, end: number): Scale | undefined {
  const digits = /^[-−–+]?[\d.,]+/.exec(text.slice(at, end))?.[0];
  if (digits === undefined) return undefined;
  const unit = word.exec(text.slice(at + digits.length, at + digits.length + 30))?.[1]?.toLowerCase();
  return unit === undefined ? undefined : (scales.get(unit) ?? scales.get(unit.replace(/s$/, "")));
}

/** The number of a source that gives a stated amount when converted; undefined where none does. */
export function convertedFrom(
  text: string,
  mention: NumberMention,
  source: string,
  index: NumberIndex,
): KnownNumber | undefined {
  const stated = scaleAfter(text, mention.at, mention.end);
  if (stated === undefined) return undefined;
  const base = mention.value * stated.factor + stated.offset;
  for (const scale of new Set(scales.values())) {
    if (scale.measure !== stated.measure || scale.factor === stated.factor) continue;
    const value = (base - scale.offset) / scale.factor;
    const half = (mention.half * stated.factor) / scale.factor;
    const isTemperature = scale.measure === "temperature";
    const reach = isTemperature ? half : Math.max(half, Math.abs(value) * roundedBy);
    const found = numbersNear(index, value, reach).find((it) => {
      const known = scaleAfter(source, it.place, it.end ?? it.place);
      if (known !== undefined) return known.measure === scale.measure && known.factor === scale.factor;
      return isTemperature && degrees.test(afterDigits(source, it));
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

function afterDigits(source: string, { place, end = place }: KnownNumber): string {
  return source.slice(place, end + 12).replace(/^[-−–+]?[\d.,]+/, "");
}
