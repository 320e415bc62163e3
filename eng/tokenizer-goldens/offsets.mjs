// Writes tests/RerankerHost.Tests/Tokenization/Goldens/offsets.jsonl: where Hugging Face's tokenizers say that tokens stand in a text, in characters.
import { readFileSync, writeFileSync } from 'node:fs'
import tokenizers from 'tokenizers'

const root = new URL('../../', import.meta.url)
const goldens = new URL('tests/RerankerHost.Tests/Tokenization/Goldens/', root)
const texts = [
  '', ' ', 'Hello world', '  Two  spaces \t and\nlines ', 'Linux kernel: package managers, e.g. apt-get (v2.6.1).', "It's the user's; they'll see.",
  'Zürich café naïve', 'e\u0301 cafe\u0301 a\u0308', 'ﬁne ﬂuﬀy ½ ™', 'Ｆｕｌｌ　ｗｉｄｔｈ', '漢字かな交じり文 test漢字test', '한국어 글', 'ไทย', 'हिन्दी', '😀 👩‍👩‍👧 🇩🇪 x😀y',
  'zero\u200bwidth soft\u00adhyphen', '[SEP]', 'a [SEP] b', '<mask> a <mask>b', 'x'.repeat(120), 'UPPER İSTANBUL ß', '   leading', 'trailing   ', 'ⅷ ㎏ ﷺ',
]
const lines = []
for (const family of ['tiny', 'addedbert', 'roberta', 'modernbert', 'oddbpe', 'xlmroberta', 'xlmroberta2', 'deberta']) {
  const file = family === 'tiny' ? new URL('models/tiny/tokenizer.json', root) : new URL(`${family}/tokenizer.json`, goldens)
  const tokenizer = tokenizers.Tokenizer.fromString(readFileSync(file, 'utf8'))
  for (const text of texts) {
    const encoding = await tokenizer.encode(text, null, { addSpecialTokens: false })
    lines.push(JSON.stringify({ family, text, ids: encoding.getIds(), tokens: encoding.getIds().map((id) => tokenizer.idToToken(id)), offsets: encoding.getOffsets() }))
  }
}
writeFileSync(new URL('offsets.jsonl', goldens), lines.join('\n') + '\n')
