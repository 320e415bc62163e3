// Writes src/RerankerHost/Tokenization/Unicode/UnicodeTables.g.cs: what Hugging Face's tokenizers take every single character
// for, found by asking them. Several libraries with Unicode data of different versions are at work there, so tables made from
// any one version of the Unicode database would differ.
import tokenizers from 'tokenizers'
import { buildCharsmap } from './charsmap.mjs'
import { member, ranges } from './rows.mjs'

const characters = []
for (let c = 0; c < 0x110000; c++) if (c < 0xd800 || c > 0xdfff) characters.push(c)
const text = (c) => String.fromCodePoint(c)
const points = (s) => Array.from(s, (c) => c.codePointAt(0))
const isHangulSyllable = (c) => c >= 0xac00 && c <= 0xd7a3
const where = (predicate) => characters.filter((c) => predicate(text(c)))
const normalizer = (made) => (s) => made.normalizeString(s)

// Classes of the byte-level pre-tokenizer's expression.
const bytes = tokenizers.byteLevelPreTokenizer(false, true)
const pieces = (s) => bytes.preTokenizeString(s).length
const letters = where((s) => pieces('a' + s) === 1)
const numbers = where((s) => pieces('1' + s) === 1)
const spaces = where((s) => pieces('a' + s) === 2 && pieces('1' + s) === 2 && pieces('!' + s) === 2)

// Normalisation forms.
const nfc = normalizer(tokenizers.nfcNormalizer())
const nfd = normalizer(tokenizers.nfdNormalizer())
const nfkd = normalizer(tokenizers.nfkdNormalizer())
const stripAccents = normalizer(tokenizers.stripAccentsNormalizer())
const canonical = characters.filter((c) => !isHangulSyllable(c) && nfd(text(c)) !== text(c))
const compatible = characters.filter((c) => !isHangulSyllable(c) && nfkd(text(c)) !== nfd(text(c)))
const mappings = (list, map) => list.flatMap((c) => ((to) => [c, to.length, ...to])(points(map(text(c)))))
const compositions = canonical.flatMap((c) => {
  if (nfc(text(c)) !== text(c)) return []
  const parts = points(nfd(text(c)))
  const first = points(nfc(String.fromCodePoint(...parts.slice(0, -1))))
  if (first.length !== 1) throw new Error(`${c.toString(16)} is no composition of two`)
  return [first[0], parts.at(-1), c]
})

// Canonical order. Only the order of the combining classes matters, so that ranks found by comparing are as good as the classes.
const swaps = (a, b) => nfd(text(a) + text(b)) === text(b) + text(a) && a !== b
const undecomposed = characters.filter((c) => !isHangulSyllable(c) && nfd(text(c)) === text(c))
const probes = [0x0334, 0x0323, 0x0301, 0x0345]
const combining = undecomposed.filter((c) => probes.some((p) => swaps(c, p) || swaps(p, c)))
const classes = []
for (const c of combining) {
  const found = classes.find((members) => !swaps(members[0], c) && !swaps(c, members[0]))
  if (found) found.push(c)
  else classes.push([c])
}
classes.sort((a, b) => (swaps(b[0], a[0]) ? -1 : 1))
const ranks = classes.flatMap((members, i) => members.flatMap((c) => [c, i + 1]))
const combiningMarks = where((s) => stripAccents(s) === '')

// What \w is beside an added token with single_word.
const single = tokenizers.Tokenizer.fromString(JSON.stringify({
  version: '1.0',
  added_tokens: [{ id: 0, content: '##', single_word: true, lstrip: false, rstrip: false, normalized: false, special: true }],
  model: { type: 'BPE', vocab: { '##': 0 }, merges: [] },
}))
const wordCharacters = []
for (let i = 0; i < characters.length; i += 20000) {
  const chunk = characters.slice(i, i + 20000)
  const encodings = await single.encodeBatch(chunk.map((c) => text(c) + '##'))
  chunk.forEach((c, k) => encodings[k].getLength() === 0 && wordCharacters.push(c))
}

// Where grapheme clusters end. The precompiled charsmap treats a cluster of less than six bytes as a whole: when it begins with
// a mapped text, all of it is replaced. So a mark that follows a mapped character is lost when both begin a cluster.
const mapped = (from) => normalizer(tokenizers.precompiled([...buildCharsmap(new Map([[from, 'b']]))]))
const lost = (from) => {
  const map = mapped(from)
  return (before) => !map(before + from + '\u0301').endsWith('\u0301')
}
const [beforeA, beforeT, beforeV, beforeL, beforeKa, beforeSign] = ['a', '\u11a8', '\u1161', '\u1100', '\u0915', '\u00a9'].map(lost)
const afterA = mapped('a')
const accent = mapped('\u0301')
const joins = (s) => afterA('a' + s) === 'b'
const flags = [
  ['Control', (s) => !joins(s) && !accent(s + '\u0301\u0300').endsWith('\u0300')],
  ['Extending', joins],
  ['Prepending', (s) => !beforeA(s)],
  ['Pictographic', (s) => !beforeSign(s + '\u200d')],
  ['WithinPictograph', (s) => joins(s) && s !== '\u200d' && !beforeSign('\u00a9' + s + '\u200d')],
  ['Leading', (s) => beforeA(s) && !beforeL(s)],
  ['Vowel', (s) => beforeA(s) && beforeL(s) && !beforeV(s) && !beforeT(s)],
  ['Trailing', (s) => beforeA(s) && beforeV(s) && !beforeT(s)],
  ['Consonant', (s) => beforeA(s) && !beforeKa(s + '\u094d')],
  ['Linker', (s) => joins(s) && !beforeKa('\u0915' + s)],
  ['WithinConjunct', (s) => joins(s) && !beforeKa('\u0915' + s + '\u094d')],
]
const clusterFlags = characters.map((c) => isHangulSyllable(c) ? 0 : flags.reduce((sum, [, is], bit) => sum + (is(text(c)) ? 1 << bit : 0), 0))
const clusters = []
characters.forEach((c, i) => {
  if (clusterFlags[i] === 0) return
  if (clusters.at(-1) === clusterFlags[i] && clusters.at(-2) === c - 1) clusters[clusters.length - 2] = c
  else clusters.push(c, c, clusterFlags[i])
})

process.stdout.write(`// <auto-generated>
// Written by eng/tokenizer-goldens/unicode-tables.mjs from Hugging Face tokenizers 0.23.2. Do not edit.
// </auto-generated>
namespace Rerank.RerankerHost.Tokenization.Unicode;

internal static class UnicodeTables
{${[
  member('Letters', '\\p{L} of the byte-level pre-tokenizer: first and last of each range.', ranges(letters)),
  member('Numbers', '\\p{N} of the byte-level pre-tokenizer: ranges.', ranges(numbers)),
  member('Spaces', '\\s of the byte-level pre-tokenizer: ranges.', ranges(spaces)),
  member('WordCharacters', '\\w beside an added token that has to be a word by itself: ranges.', ranges(wordCharacters)),
  member('CombiningMarks', 'Characters that the StripAccents normalizer drops: ranges.', ranges(combiningMarks)),
  member('CanonicalDecompositions', 'NFD: character, count, characters. Without Hangul syllables.', mappings(canonical, nfd)),
  member('CompatibilityDecompositions', 'NFKD where it differs from NFD: character, count, characters.', mappings(compatible, nfkd)),
  member('Compositions', 'NFC: two characters and the one that they become. Without Hangul syllables.', compositions),
  member('CombiningRanks', 'Order among combining characters: character, rank.', ranks),
  member('ClusterFlags', 'Where grapheme clusters end: first, last, flags.', clusters),
].join('').trimEnd()}
}
`)
process.stderr.write(JSON.stringify({ letters: letters.length, numbers: numbers.length, spaces: spaces.length, words: wordCharacters.length, marks: combiningMarks.length,
  canonical: canonical.length, compatible: compatible.length, compositions: compositions.length / 3, combining: combining.length, classes: classes.length,
  flags: Object.fromEntries(flags.map(([name], bit) => [name, clusterFlags.filter((f) => f & (1 << bit)).length])) }) + '\n')
