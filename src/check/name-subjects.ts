// What follows the first word of a sentence where that word is a name: "Lindqvist was born", "Lindqvist's
// brother", "Lindqvist, a pilot, said". A capital says nothing there; a word that owns, acts or is explained
// stands without an article, as names do and most other words do not.

/** Verbs of those who have names, and of the things that have. */
const deeds =
  /^ (?:is|was|has|had|also|will|would|said|says|told|won|lost|led|wrote|made|became|began|took|went|gave|held|left|met|ran|grew|sold|scored|played|plays|defeated|beat|served|serves|worked|works|joined|died|moved|married|graduated|attended|returned|retired|founded|appeared|received|started|studied|earned|signed|published|directed|directs|starred|announced|resigned|lives|lived|released|launched|reported|acquired|stands|covers|offers|provides|refers|contains|requires|consists|allows) /;

/** An explanation beside the word: "Lindqvist, a pilot", "PSA, or prostate-specific antigen". */
const explained = /^, (?:or|an?|who|whose|formerly|born|(?:also|better) known as) /;

/** Ends of ordinary words that open sentences. */
const ordinary =
  /(?:ing|ed|ly|tion|sion|ment|ness|ity|ance|ence|ism|ship|able|ible|ful|ous|ive|ic|al|age|ure|one|thing|body|wise|wards?)$/;

/** Words that open sentences before a comma, and things and people that go without an article. */
const plain = new Set(
  (
    "instead indeed perhaps sometimes often again later still otherwise nevertheless nonetheless besides elsewhere afterwards " +
    "altogether nowadays once soon yesterday tomorrow tonight maybe anyway sure well below above thereafter hence alas " +
    "research data history practice law advice information everyday evidence science " +
    "man woman men women child children people person baby mother father parent parents student teacher doctor nurse patient " +
    "customer user reader writer buyer seller owner worker player driver farmer baker brewer bachelor master company country " +
    "nation family friend neighbor neighbour year week month night morning evening sun moon nature body heart"
  ).split(" "),
);

interface Opener {
  /** As written. */
  readonly written: string;
  readonly folded: string;
}

/** True for a word that opens a sentence and stands there as a name does. `end` is the end of its name. */
export function isSubject(text: string, it: Opener, end: number): boolean {
  if (it.folded.length < 3 || ordinary.test(it.folded) || plain.has(it.folded)) return false;
  if (/\p{L}['’]s$/u.test(it.written)) return true;
  return deeds.test(text.slice(end, end + 14)) || explained.test(text.slice(end, end + 20));
}
