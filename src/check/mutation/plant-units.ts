// Faults of units: in a text beside a number, in a member that names a unit, and in a number whose member's name does.

import { readNumbers } from "../read-numbers.ts";
import { unitNamed, unitOfKey } from "../units.ts";
import type { Fault, Operator, Spot } from "./mutation.ts";
import type { Place } from "./places.ts";
import { around } from "./plant-numbers.ts";

/** Each unit and what it is mistaken for. */
const mistaken: Readonly<Record<string, string>> = Object.fromEntries(
  (
    "µM>nM μM>nM uM>nM nM>µM pM>nM mM>µM M>mM µg>mg μg>mg ug>mg ng>µg mg>g g>mg kg>g mL>L ml>l L>mL l>ml µL>mL μL>mL " +
    "nm>µm µm>nm mm>cm cm>mm m>km km>m s>min ms>s min>h h>min hr>min hrs>min sec>min second>minute seconds>minutes " +
    "minute>hour minutes>hours hour>minute hours>minutes day>week days>weeks week>day weeks>days month>year months>years " +
    "year>month years>months kDa>Da Da>kDa V>mV mV>V A>mA W>kW kW>MW MW>kW kWh>MWh MWh>kWh kcal>cal Hz>kHz kHz>MHz MHz>GHz " +
    "GHz>MHz B>kB kB>MB MB>GB GB>MB TB>GB Pa>kPa kPa>Pa bp>kbp °C>°F °F>°C USD>EUR EUR>USD GBP>USD CHF>EUR $>€ €>$ £>$ " +
    "dollars>euros euros>dollars thousand>million million>billion billion>million trillion>billion micromolar>nanomolar " +
    "nanomolar>micromolar millimolar>micromolar liters>milliliters litres>millilitres"
  )
    .split(" ")
    .map((it) => it.split(">") as [string, string]),
);

function unitSpots(place: Place): readonly Spot[] {
  const { value, name } = place;
  if (typeof value === "number")
    return value === 0 || unitOfKey(name) === undefined ? [] : [() => scaled(value)];
  if (typeof value !== "string") return [];
  const whole = mistaken[value.trim()];
  if (whole !== undefined && (/units?$/i.test(name) || unitNamed(value.trim()) !== undefined))
    return [() => [{ value: whole, before: value, after: whole }]];
  return textSpots(value);
}

/** The value as it would be in a unit a thousand times larger or smaller. */
function scaled(value: number): readonly Fault[] {
  return [value * 1_000, value / 1_000].map((made) => ({
    value: made,
    before: String(value),
    after: String(made),
  }));
}

/** What may stand between a number and its unit, and the unit or the word of its scale. */
const tail = /([%€$£]|°[CF]|[A-Za-zµμ]+)$/u;

function textSpots(text: string): readonly Spot[] {
  return readNumbers(text).flatMap((mention): Spot[] => {
    if (mention.role !== "claim") return [];
    const before = text.charAt(mention.at - 1);
    const currency = mistaken[before];
    if (currency !== undefined && /[$€£]/.test(before))
      return [spot(text, mention.at - 1, mention.at, currency, `${currency}${mention.text}`)];
    const unit = tail.exec(mention.text)?.[1];
    const put = unit === undefined ? undefined : mistaken[unit];
    if (unit === undefined || put === undefined) return [];
    return [
      spot(text, mention.end - unit.length, mention.end, put, mention.text.slice(0, -unit.length) + put),
    ];
  });
}

function spot(text: string, start: number, end: number, put: string, claimed: string): Spot {
  const made: Fault = {
    value: text.slice(0, start) + put + text.slice(end),
    before: around(text, start, end),
    after: claimed,
    claim: { kind: "amount", text: claimed },
  };
  return () => [made];
}

export const unitOperator: Operator = {
  name: "unit-wrong",
  doc: "a unit is replaced by one it is mistaken for, or a value stands in a unit 1,000 times off",
  hint: 'hold the unit against the source: grounded("{path}", { kind: "numbers" }), or a range that the unit implies',
  spots: unitSpots,
};
