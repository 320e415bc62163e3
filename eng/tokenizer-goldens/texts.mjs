// Texts that tokenizers trip over, and as many random ones as asked for. The tests make the same random ones from fuzz.json.

export const odd = [
  '', ' ', '\t\n\r', 'plain words', 'Two  spaces', ' leading', 'trailing ', '  both   ', 'tab\tand\nnew\r\nline', 'UPPER lower MiXeD', "don't we'll I've he'd 'sound 'RE", 'a\n\n  b \u3000 c',
  'café naïve Zürich Ångström', 'e\u0301 a\u0308\u0323 \u0301', 'İstanbul ISPARTA ıspanak', 'ﬁne ﬂuﬀy ﬃ', 'Ｆｕｌｌ　ｗｉｄｔｈ', 'ß ẞ Straße',
  '漢字かな交じり文 test漢字test', '한국어 조선글 각', 'ไทย ภาษา', 'हिन्दी भाषा', 'عَرَبِيّ', 'עִבְרִית', 'Ελληνικά ΣΊΣΥΦΟΣ', 'ДЁЙ', '😀 👩‍👩‍👧‍👦 🇩🇪 ❤️',
  'zero\u200bwidth soft\u00adhyphen \u2060joiner \ufeffbom', '\u0000nul \u0007bell \u001b[31m \u007f', '\ufffd replacement', '\u0085next\u2028line\u2029par',
  '$+<=>^`|~ #tag @user 50% a_b a-b a/b', '“quotes” ‘single’ … — – ·', '≠ ≮ ≯ ∉ № ™ ½ ²', '\u037e \u1fef \u2126 \u212b', '``quoted``', '▁meta▁space ▁', '1234567890 ٣٤ Ⅷ 1st',
  '[SEP]', 'a [SEP] b', 'a[SEP]b [CLS][MASK] [sep] [PAD] [UNK]', '<s>a</s> <mask> b<mask>c <pad>', ' <x>  <x> a <X> b', 'kernel Kernel kernels packages package  linux Linux', '## ### #### a ##b',
  '|||IP_ADDRESS||| x\t\ty    z', 'Cafe\u0301 café CAFÉ', 'x'.repeat(300), 'é'.repeat(100), '😀'.repeat(50), 'ab'.repeat(200),
  '\u0600a\u0301 \u0600\u00a9\u0301', '\u00a9\u200d\u00a9\u0301 \u00a9\u0308\u200d\u00a9', 'क\u0301 क\u094dक\u0301 क\u094d\u200dक', '\u1100\u1161\u0301 \u1100\u1161\u11a8', 'Ａ\u0301 ﬁ\u0300 \r\n\u0301', '가\u302e\u302f\u0301',
]

const ranges = [
  [0x20, 0x7e], [0x20, 0x7e], [0x61, 0x7a], [0x00, 0x1f], [0x7f, 0xff], [0xa0, 0x17f], [0x100, 0x24f], [0x2b0, 0x36f], [0x370, 0x52f], [0x590, 0x6ff], [0x900, 0xdff],
  [0xe00, 0x109f], [0x1100, 0x11ff], [0x1e00, 0x1fff], [0x2000, 0x206f], [0x2070, 0x2bff], [0x3000, 0x30ff], [0x3130, 0x33ff], [0x3400, 0x9fff], [0xa000, 0xabff],
  [0xac00, 0xd7ff], [0xe000, 0xf8ff], [0xf900, 0xfaff], [0xfb00, 0xfdff], [0xfe00, 0xffef], [0xfff9, 0xffff], [0x10000, 0x10fff], [0x11000, 0x11fff], [0x12000, 0x1cfff],
  [0x1d100, 0x1d7ff], [0x1e000, 0x1e94b], [0x1f000, 0x1faff], [0x20000, 0x323af], [0xe0000, 0xe01ef], [0x0, 0xd7ff], [0x10000, 0x10fffe],
]
const words = [
  'linux', ' kernel', ' package', 'Kernel', ' the', ' and', 'viewer', ' image', 'ing', "'s", "'ll", "n't", ' 2024', '3.14', 'Zürich', 'café', ' Ελληνικά', ' текст', '漢字', 'かな', '한국어', 'भाषा', 'क\u094dक', 'ไทย', 'نص',
]
const marks = [
  '<s>', '</s>', '<mask>', ' <mask> ', '<pad>', '<unk>', '<x>', ' <x>  ', '<X>', '[SEP]', '[CLS]', '[MASK]', '  [MASK]', '[UNK]', '##', ' ###', 'package', ' package ', 'kernel', 'KERNEL', 'Linux', 'linux', '|||IP_ADDRESS|||', 'Cafe\u0301',
  '  ', '   ', '    ', '     ', '\t\t', '\r\n', '``', '▁', '▁▁', '<0x41>', '\u00a9', '\u200d', '\u0600', '\u1100', '\u1161', '\u11a8', '\u0915', '\u094d', '\u0301', '각', '\ud55c', '\u{1f1e9}', '\u{1f469}\u200d', '\ufe0f',
]
const spaces = [0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x180e, 0x2000, 0x2003, 0x2009, 0x200b, 0x2028, 0x2029, 0x202f, 0x205f, 0x2060, 0x3000, 0xfeff]
const combining = [
  0x300, 0x301, 0x308, 0x323, 0x327, 0x334, 0x345, 0x302e, 0x302f, 0x3099, 0x5b0, 0x5bf, 0x64b, 0x670, 0x93c, 0x94d, 0x9be, 0x9c7, 0xe38, 0xe48, 0xf71, 0x1037, 0x1161, 0x11a8, 0x1dc0, 0x20d0, 0x16ff0, 0x1d165, 0x1d16d, 0x1e944, 0x200d, 0xfe0f,
]
export const alphabet = { ranges, words, marks, spaces, combining }

/** The texts of one block. Numbers by xorshift, started from the block's. */
export const randomTexts = (block, count) => {
  let state = (Math.imul(block + 1, 0x9e3779b1) >>> 0) | 1
  const random = (n) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % n
  }
  const part = () => {
    const kind = random(16)
    if (kind < 3) return ' '
    if (kind < 6) return words[random(words.length)]
    if (kind < 8) return marks[random(marks.length)]
    if (kind < 9) return String.fromCodePoint(spaces[random(spaces.length)])
    if (kind < 11) return String.fromCodePoint(combining[random(combining.length)])
    if (kind < 12) return String.fromCodePoint(0x21 + random(94))
    const [first, last] = ranges[random(ranges.length)]
    const character = first + random(last - first + 1)
    return character >= 0xd800 && character <= 0xdfff ? '' : String.fromCodePoint(character)
  }
  return Array.from({ length: count }, () => Array.from({ length: 1 + random(24) }, part).join(''))
}
