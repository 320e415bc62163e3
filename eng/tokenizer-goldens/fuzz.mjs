// `node fuzz.mjs` writes tests/RerankerHost.Tests/Tokenization/Goldens/fuzz.json: a digest of the ids of every thousand of 100,000
// random texts, for every family and both ways to read special tokens in text; and beside each family's tokenizer.json the ids of
// odd texts (golden.jsonl).
//
// `node fuzz.mjs FAMILY PlainText|Parse BLOCK` writes one block's texts and ids instead, to see where two tokenizers part.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import tokenizers from 'tokenizers'
import { folder, names, read } from './families.mjs'
import { alphabet, odd, randomTexts } from './texts.mjs'

const blocks = 100
const textsPerBlock = 1000
const modes = ['PlainText', 'Parse']
const version = JSON.parse(readFileSync(new URL('node_modules/tokenizers/package.json', import.meta.url), 'utf8')).version

const encodeBlock = async (tokenizer, block) => {
  const texts = randomTexts(block, textsPerBlock)
  return [texts, (await tokenizer.encodeBatch(texts)).map((encoding) => encoding.getIds())]
}

const digest = (lists) => {
  const hash = createHash('sha256')
  for (const ids of lists) hash.update(Buffer.from(Int32Array.from([ids.length, ...ids]).buffer))
  return hash.digest('hex').slice(0, 16)
}

const [family, mode, block] = process.argv.slice(2)
if (family) {
  const [texts, ids] = await encodeBlock(tokenizers.Tokenizer.fromString(read(family, mode)), Number(block))
  texts.forEach((text, i) => console.log(JSON.stringify({ text, ids: ids[i] })))
} else {
  const digests = {}
  for (const name of names) {
    digests[name] = {}
    for (const mode of modes) {
      const tokenizer = tokenizers.Tokenizer.fromString(read(name, mode))
      digests[name][mode] = []
      for (let block = 0; block < blocks; block++) digests[name][mode].push(digest((await encodeBlock(tokenizer, block))[1]))
    }

    if (name === 'tiny') continue
    const lines = [JSON.stringify({ tokenizers: version })]
    for (const mode of modes) {
      const tokenizer = tokenizers.Tokenizer.fromString(read(name, mode))
      for (let i = 0; i < odd.length; i++) {
        const [query, passage] = [odd[(i * 7 + 3) % odd.length], odd[i]]
        const pair = await tokenizer.encode(query, passage)
        lines.push(JSON.stringify({ mode, query, passage, ids: pair.getIds(), types: pair.getTypeIds(), single: (await tokenizer.encode(passage)).getIds() }))
      }
    }
    writeFileSync(new URL(`${name}/golden.jsonl`, folder), lines.join('\n') + '\n')
  }
  // A line for each list.
  const lines = (object, indent) => Object.entries(object).map(([key, value]) => `${indent}${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(',\n')
  const perFamily = names.map((name) => `    ${JSON.stringify(name)}: {\n${lines(digests[name], '      ')}\n    }`).join(',\n')
  writeFileSync(new URL('fuzz.json', folder), `{\n${lines({ tokenizers: version, textsPerBlock, ...alphabet }, '  ')},\n  "digests": {\n${perFamily}\n  }\n}\n`)
}
