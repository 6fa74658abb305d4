// One form for answers that say the same: "$1,200.00", "1200 \text{ dollars}" and "1200" are one number,
// "\frac{7}{2}" and "3.5" are one number, and all ways to say that there is no answer are one text.

/**
 * What an answer says: a number, or a text; undefined for an empty one, which agrees with nothing. Units are dropped
 * where a number stands before them: two runs on one question mean the same unit.
 */
export function answerValue(given: string): number | string | undefined {
  const text = unwrap(given);
  if (text === "") return undefined;
  const value = numberOf(text);
  if (value !== undefined) return value;
  if (/^(?:none|null|n\/?a|unknown|undefined|cannot be determined)$/.test(text)) return "none";
  return text.replaceAll(/[^a-z0-9+\-*/^().]/g, "");
}

/** Without the marks of typesetting, currency and quoting. */
function unwrap(given: string): string {
  return given
    .toLowerCase()
    .replaceAll(/\\(?:text|mathrm|mbox)\s*\{([^}]*)\}/g, " $1 ")
    .replaceAll(/\\d?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, " $1/$2")
    .replaceAll(/\\(?:cdot|times)/g, "*")
    .replaceAll(/\\[,;! ]|[$\\"'`{}]/g, " ")
    .replaceAll(/(?<=\d),(?=\d{3}\b)/g, "")
    .trim()
    .replace(/\.$/, "")
    .replaceAll(/\s+/g, " ");
}

/** A number alone, a fraction, a mixed number, or one of these before a unit. */
function numberOf(text: string): number | undefined {
  const found = /^(-?\d+(?:\.\d+)?)(?: (\d+)\/(\d+)| ?\/ ?(\d+(?:\.\d+)?))?(?: ?%| [a-z^][a-z ^]*)?$/.exec(
    text,
  );
  if (found === null) return undefined;
  const [, whole = "", top, bottom, over] = found;
  const first = Number(whole);
  if (top !== undefined) return first + (Math.sign(first) || 1) * (Number(top) / Number(bottom));
  return over === undefined ? first : first / Number(over);
}
