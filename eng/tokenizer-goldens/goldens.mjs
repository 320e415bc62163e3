// Writes tests/RerankerHost.Tests/Tokenization/Goldens/tiny.jsonl: what Hugging Face's tokenizers make of odd strings with the
// tokenizer of models/tiny. The first line says which version; every other one is a text (single) or a pair with its ids.
import { readFileSync } from 'node:fs'
import tokenizers from 'tokenizers'

const file = new URL('../../models/tiny/tokenizer.json', import.meta.url)
const json = JSON.parse(readFileSync(file, 'utf8'))
const version = JSON.parse(readFileSync(new URL('node_modules/tokenizers/package.json', import.meta.url), 'utf8')).version
const load = (change) => {
  const copy = structuredClone(json)
  change(copy)
  return tokenizers.Tokenizer.fromString(JSON.stringify(copy))
}

// Without added tokens nothing in a text is special: [SEP] is a bracket, a word and a bracket.
const variants = {
  plain: load((t) => (t.added_tokens = [])),
  special: load(() => {}),
  cased: load((t) => Object.assign(t.normalizer, { lowercase: false, strip_accents: null }) && (t.added_tokens = [])),
  accents: load((t) => Object.assign(t.normalizer, { strip_accents: false }) && (t.added_tokens = [])),
  raw: load((t) => Object.assign(t.normalizer, { clean_text: false, handle_chinese_chars: false }) && (t.added_tokens = [])),
}

// xorshift: the same strings every time.
let state = 0x2545f491
const random = (n) => {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % n
}
const ranges = [
  [0x20, 0x7e], [0x20, 0x7e], [0x61, 0x7a], [0x00, 0x1f], [0x7f, 0xff], [0x100, 0x24f], [0x2b0, 0x36f], [0x370, 0x52f], [0x590, 0x6ff], [0x900, 0xdff],
  [0xe00, 0x109f], [0x1100, 0x11ff], [0x1e00, 0x1fff], [0x2000, 0x206f], [0x2070, 0x2bff], [0x3000, 0x30ff], [0x302a, 0x302f], [0x3400, 0x9fff],
  [0xac00, 0xd7a3], [0xe000, 0xf8ff], [0xf900, 0xfaff], [0xfb00, 0xfdff], [0xfe00, 0xffef], [0xfff9, 0xffff], [0x10000, 0x10fff], [0x11000, 0x11fff],
  [0x1d100, 0x1d7ff], [0x1e000, 0x1e94b], [0x1f000, 0x1faff], [0x20000, 0x2fa1f], [0xe0000, 0xe01ef], [0x16fe0, 0x16ff1], [0x8d0, 0x8ff], [0x1ab0, 0x1aff],
]
const character = () => {
  const [first, last] = ranges[random(ranges.length)]
  return String.fromCodePoint(first + random(last - first + 1))
}
const randomText = (length) => Array.from({ length }, () => (random(6) === 0 ? ' ' : random(3) === 0 ? 'linux kernel package'[random(20)] : character())).join('')

const odd = [
  '', ' ', '\t\n\r', 'plain words', 'Two  spaces', 'tab\tand\nnew\r\nline', 'UPPER lower MiXeD',
  'café naïve Zürich Ångström', 'e\u0301 a\u0308\u0323 \u0301', 'İstanbul ISPARTA ıspanak', 'ﬁne ﬂuﬀy ﬃ', 'Ｆｕｌｌ　ｗｉｄｔｈ', 'ß ẞ Straße',
  '漢字かな交じり文 test漢字test', '한국어 조선글 각', 'ไทย ภาษา', 'हिन्दी भाषा', 'عَرَبِيّ', 'עִבְרִית', 'Ελληνικά ΣΊΣΥΦΟΣ', 'ДЁЙ', '😀 👩‍👩‍👧‍👦 🇩🇪 ❤️',
  'zero\u200bwidth soft\u00adhyphen \u2060joiner \ufeffbom', '\u0000nul \u0007bell \u001b[31m \u007f', '\ufffd replacement', '\u0085next\u2028line\u2029par',
  '$+<=>^`|~ #tag @user 50% a_b a-b a/b', '“quotes” ‘single’ … — – ·', '≠ ≮ ≯ ∉ № ™ ½ ²', '\u037e \u1fef \u2126 \u212b', '\u0958 \u09cb \u0b4c',
  '[SEP]', 'a [SEP] b', 'a[SEP]b [CLS][MASK] [sep] [PAD] [UNK]', '## ##ing [unused1]', 'x'.repeat(100), 'x'.repeat(101), 'é'.repeat(100), '😀'.repeat(101), '\u00ad'.repeat(120) + 'x',
  '가\u302e\u302f\u0301', 'a\u302e\u16ff0 a\u{16ff0}\u302e\u0301\u302f', '\u{1d15e}\u{1d16d}\u{1d165}\u302e', 'a\u302e\u{1d165}\u0900\u{1d165}\u302e',
  'Package managers, e.g. apt-get (v2.6.1), install .deb files.', '3.14159 1,000,000 0x7f C++ C# F# .NET',
]
const combining = [0x302e, 0x302f, 0x1d165, 0x1d16d, 0x16ff0, 0x16ff1, 0x0301, 0x0323, 0x0900, 0x05bf, 0x1e944, 0x1e94a, 0x1e000, 0x8d4, 0x200d, 0x3099, 0x61, 0x1cf7]
const reordered = Array.from({ length: 60 }, () => Array.from({ length: 2 + random(8) }, () => String.fromCodePoint(combining[random(combining.length)])).join(''))
const texts = [...odd, ...reordered, ...Array.from({ length: 400 }, () => randomText(1 + random(60)))]

const ids = async (variant, first, second) => {
  const encoding = await variants[variant].encode(first, second ?? null)
  return { ids: encoding.getIds(), types: encoding.getTypeIds() }
}
const lines = [JSON.stringify({ tokenizers: version })]
for (const text of texts) lines.push(JSON.stringify({ variant: 'plain', text, ids: (await ids('plain', text)).ids }))
for (const variant of ['special', 'cased', 'accents', 'raw'])
  for (const text of [...odd, ...texts.slice(-60)]) lines.push(JSON.stringify({ variant, text, ids: (await ids(variant, text)).ids }))

const words = (n) => Array.from({ length: n }, (_, i) => ['linux', 'kernel', 'image', 'viewer'][i % 4]).join(' ')
for (const strategy of ['LongestFirst', 'OnlySecond'])
  for (const max of [4, 5, 8, 9, 16, 17, 32])
    for (const [a, b] of [[0, 0], [1, 40], [40, 1], [3, 3], [6, 6], [7, 6], [6, 7], [14, 15], [15, 14], [20, 20], [20, 21], [21, 20], [40, 60], [60, 40], [12, 0], [8, 7], [9, 8], [17, 16], [18, 17]]) {
      const tokenizer = variants.plain
      tokenizer.setTruncation(max, { strategy })
      let result = null
      try {
        result = await ids('plain', words(a), words(b))
      } catch {
        // The reference refuses: the query leaves no room.
      }
      lines.push(JSON.stringify({ strategy, max, query: a, passage: b, ids: result?.ids ?? null, types: result?.types ?? null }))
    }
process.stdout.write(lines.join('\n') + '\n')
