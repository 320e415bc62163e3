// The order of combining characters, which Unicode's normalisation puts them in, found by asking Hugging Face's tokenizers.
import tokenizers from 'tokenizers'
import { characters, isHangulSyllable, text } from './characters.mjs'

const nfd = ((made) => (s) => made.normalizeString(s))(tokenizers.nfdNormalizer())

// Two characters of different non-zero classes are swapped when they stand the wrong way round. Only the order of the classes
// matters, so that ranks found by comparing are as good as the classes themselves.
const swaps = (a, b) => nfd(text(a) + text(b)) === text(b) + text(a) && a !== b
const undecomposed = characters.filter((c) => !isHangulSyllable(c) && nfd(text(c)) === text(c))
const probes = [0x0334, 0x0323, 0x0301, 0x0345]

// All that have a class other than zero.
export const combining = undecomposed.filter((c) => probes.some((p) => swaps(c, p) || swaps(p, c)))

// Those of one class together, in the order of the classes.
export const classes = []
for (const c of combining) {
  const found = classes.find((members) => !swaps(members[0], c) && !swaps(c, members[0]))
  if (found) found.push(c)
  else classes.push([c])
}
classes.sort((a, b) => (swaps(b[0], a[0]) ? -1 : 1))

// Character to rank, from 1.
export const ranks = new Map(classes.flatMap((members, i) => members.map((c) => [c, i + 1])))
