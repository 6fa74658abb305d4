// Words, stems and sentences of English prose, for scorers that compare a statement with a source.

/** One word or number of a text. */
export interface Word {
  /** As written. */
  readonly text: string;
  /** Folded to lower case and cut to its stem; a number without its thousands' commas. */
  readonly stem: string;
  readonly start: number;
  readonly end: number;
  readonly isNumber: boolean;
  /** Begins with a capital where the sentence does not begin. */
  readonly isName: boolean;
  /** A word of grammar, which says nothing by itself. */
  readonly isGrammar: boolean;
}

/** One sentence or list item. */
export interface Sentence {
  readonly start: number;
  readonly end: number;
  readonly words: readonly Word[];
}

const grammar = new Set(
  `a about above after again all also although am among an and any are as at be because been before being below
  between both but by can could did do does doing down during each either etc even every few for from further had
  has have having he her here hers herself him himself his how however i if in into is it its itself just least less
  like many may me might more moreover most much must my myself neither no nor not now of off on once one only or
  other others our ours out over own per quite rather s same shall she should since so some such t than that the
  their theirs them themselves then there therefore these they this those though through thus to too under until up
  upon us very via was we were what when where whether which while who whom whose why will with within without would
  yet you your yours yourself`.split(/\s+/),
);

const wordPattern = /\d+(?:[.,:/]\d+)*|\p{L}+(?:['’]\p{L}+)*/gu;

/** Splits into sentences; line ends and list marks end one too. */
export function sentences(text: string): readonly Sentence[] {
  const found: Sentence[] = [];
  let start = 0;
  for (const end of [...sentenceEnds(text), text.length]) {
    const words = wordsIn(text, start, end);
    if (words.length > 0) found.push({ start, end, words });
    start = end;
  }
  return found;
}

const abbreviation =
  /(?:^|[\s(.])(?:\p{L}|Mr|Mrs|Ms|Dr|St|Jr|Sr|vs|No|Inc|Co|Ltd|Corp|approx|Prof|Gen|Lt|Col|Sgt|Rev|Mt|Ft)\.$/u;

function sentenceEnds(text: string): readonly number[] {
  const ends: number[] = [];
  for (const it of text.matchAll(/[.!?]+["'”’)\]]*(?=\s|$)|\n+/g)) {
    const end = it.index + it[0].length;
    const before = text.slice(Math.max(0, it.index - 8), it.index + 1);
    const after = /\S/.exec(text.slice(end, end + 20))?.[0] ?? "";
    if (it[0] === "." && (abbreviation.test(before) || /\p{Ll}/u.test(after))) continue;
    if (it[0] === "." && /(?:^|\n)\s*\d{1,2}\.$/.test(text.slice(Math.max(0, it.index - 6), end))) continue;
    ends.push(end);
  }
  return ends;
}

/** Words of a part of a text, with their places in the whole. */
export function wordsIn(text: string, start = 0, end: number = text.length): readonly Word[] {
  return [...text.slice(start, end).matchAll(wordPattern)].map((it, at) => {
    const word = it[0];
    const isNumber = /^\d/.test(word);
    const lower = word.toLowerCase().replaceAll("’", "'");
    const first = start + it.index;
    return {
      text: word,
      stem: isNumber ? word.replaceAll(",", "") : stem(lower),
      start: first,
      end: first + word.length,
      isNumber,
      isName: at > 0 && /^\p{Lu}/u.test(word) && !isNumber,
      isGrammar: grammar.has(lower.replace(/'.*$/, "")),
    };
  });
}

const numberWords = new Map(
  `zero one two three four five six seven eight nine ten eleven twelve`
    .split(" ")
    .map((it, at) => [it, String(at)] as const),
);

const endings: readonly (readonly [RegExp, string])[] = [
  [/'s?$/, ""],
  [/(?:ational|ations?|ators?|atives?|ated|ates?|ating)$/, "at"],
  [/(?:isations?|izations?|ised?|ized?|ising|izing|ises|izes)$/, "iz"],
  [/(?:iveness|fulness|ousness|nesses|ness)$/, ""],
  [/(?:ements?|ments?)$/, ""],
  [/(?:ically|ical|ics|ic)$/, "ic"],
  [/(?:ities|ity)$/, ""],
  [/(?:ances?|ences?|ants?|ents?|ancy|ency)$/, ""],
  [/(?:ably|ibly|able|ible)$/, ""],
  [/ies$/, "y"],
  [/(?:ingly|edly|ings?|edly|ied|ed|ers?|ors?|es|ly|e|s)$/, ""],
];

/** Cuts English endings off a lower-case word, so that "required" and "requirement" meet. */
export function stem(lower: string): string {
  const spelled = numberWords.get(lower);
  if (spelled !== undefined) return spelled;
  for (const [ending, put] of endings) {
    const cut = lower.replace(ending, put);
    if (cut !== lower && cut.length >= 3) return undouble(cut);
  }
  return lower;
}

function undouble(cut: string): string {
  const last = cut.at(-1)!;
  const once = last === cut.at(-2) && !"lsz".includes(last) ? cut.slice(0, -1) : cut;
  return once.endsWith("i") ? `${once.slice(0, -1)}y` : once;
}
