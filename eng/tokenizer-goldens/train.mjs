// Makes small vocabularies from the passages of models/tiny/golden.json and a few sentences in other scripts. Always the same ones.
import { readFileSync } from 'node:fs'
import tokenizers from 'tokenizers'

const golden = JSON.parse(readFileSync(new URL('../../models/tiny/golden.json', import.meta.url), 'utf8'))
const sentences = [
  'Zürich und Köln liegen nicht am Meer, naïve café, coöperate, piñata, Ångström, Łódź.', 'Ελληνικά κείμενα και λέξεις', 'Русский текст о пакетах и ядре',
  '漢字かな交じり文のテスト', '한국어 문장과 단어', 'हिन्दी भाषा में वाक्य', 'عربي نص قصير', 'ภาษาไทย', 'x = 42; y += 3.14 // 2024-11-25', 'emoji 😀 🇩🇪 and “quotes” — dashes…',
]
export const corpus = [...new Set(golden.flatMap((pair) => [pair.query, pair.passage]))].slice(0, 150).concat(sentences, sentences, sentences)

const byCount = (counts) => [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
const count = (items) => {
  const counts = new Map()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}

/** Byte-level merges: the most frequent pair first, as often as asked for. */
export const bytePairs = (specials, merges) => {
  const split = tokenizers.byteLevelPreTokenizer(false, true)
  const words = byCount(count(corpus.flatMap((text) => split.preTokenizeString(text).map(([piece]) => piece)))).map(([word, n]) => ({ parts: [...word], n }))
  const tokens = [...specials, ...tokenizers.byteLevelAlphabet().sort()]
  const learned = []
  while (learned.length < merges) {
    const pairs = new Map()
    for (const { parts, n } of words)
      for (let i = 0; i + 1 < parts.length; i++) pairs.set(`${parts[i]} ${parts[i + 1]}`, (pairs.get(`${parts[i]} ${parts[i + 1]}`) ?? 0) + n)
    const [best] = byCount(pairs)[0]
    const [left, right] = best.split(' ')
    learned.push([left, right])
    if (!tokens.includes(left + right)) tokens.push(left + right)
    for (const word of words) {
      const parts = []
      for (let i = 0; i < word.parts.length; i++) {
        if (word.parts[i] === left && word.parts[i + 1] === right) parts.push(left + word.parts[++i])
        else parts.push(word.parts[i])
      }
      word.parts = parts
    }
  }
  return { vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges: learned }
}

/** The most frequent words, and every character as the start of a word and within one. */
export const wordPieces = (specials, words) => {
  const counts = byCount(count(corpus.flatMap((text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])))
  const characters = [...new Set(corpus.join('').toLowerCase())].filter((c) => c.trim()).sort()
  const tokens = [...specials, ...characters, ...characters.map((c) => '##' + c), ...counts.slice(0, words).map(([word]) => word), '##ing', '##s', '##ed', 'ß', '##ß']
  return Object.fromEntries([...new Set(tokens)].map((token, id) => [token, id]))
}

/** Pieces with their log probabilities, estimated from how often they occur. */
export const unigrams = (specials, pieces) => {
  const words = count(corpus.flatMap((text) => text.normalize('NFKC').split(/\s+/).map((word) => '▁' + word)))
  const found = new Map()
  for (const [word, n] of words) {
    const characters = [...word]
    for (let i = 0; i < characters.length; i++)
      for (let length = 1; length <= 8 && i + length <= characters.length; length++) {
        const piece = characters.slice(i, i + length).join('')
        found.set(piece, (found.get(piece) ?? 0) + n)
      }
  }
  const single = byCount(found).filter(([piece]) => [...piece].length === 1)
  const longer = byCount(new Map([...found].map(([piece, n]) => [piece, n * [...piece].length]))).filter(([piece]) => [...piece].length > 1)
  const chosen = [...single.slice(0, 150).map(([piece]) => piece), ...longer.slice(0, pieces).map(([piece]) => piece)]
  const total = chosen.reduce((sum, piece) => sum + found.get(piece), 0)
  return [...specials.map((token) => [token, 0]), ...chosen.map((piece) => [piece, Number(Math.log(found.get(piece) / total).toFixed(6))])]
}
