// Words of many names that decide little: kinds of places and bodies, directions, titles, short forms that
// everybody uses. A name that lacks only these is in doubt.

const words = new Set(
  // Directions, sizes, orders.
  (
    "north south east west northern southern eastern western central upper lower middle great greater new old grand " +
    "royal national international federal state states public general united first second third junior senior " +
    // Kinds of places.
    "city town county province republic kingdom island islands river lake mountain mountains valley bay beach street " +
    "road avenue park square region district territory coast ocean sea world earth land hall house tower bridge airport station " +
    // Kinds of bodies.
    "university college school institute academy association society federation union league club team company corporation " +
    "inc ltd group foundation council committee commission ministry department agency office bureau bank church hospital museum " +
    "library court parliament congress senate government army navy force forces service guild party press center centre " +
    // Kinds of works, events, prizes, documents.
    "games game cup championship championships tournament series season show film movie album book award awards prize medal " +
    "festival conference war revolution empire act constitution treaty amendment law bill degree doctorate honorary day year " +
    // Titles.
    "president minister prime king queen prince princess lord lady duke captain general colonel senator governor mayor judge " +
    "director chairman chief executive officer manager coach editor author actor dame saint pope bishop " +
    // Short forms and measures that everybody uses.
    "tv diy phd ceo dj pc ai hiv aids covid dna rna id url pdf html www internet web online email gps usb kb mb gb tb fahrenheit celsius " +
    "kelvin gmt utc est pst oz lb lbs kg mm cm km mg ml bmi iq faq"
  ).split(" "),
);

/** True for such a word, folded. */
export function isGenericWord(folded: string): boolean {
  return words.has(folded);
}
