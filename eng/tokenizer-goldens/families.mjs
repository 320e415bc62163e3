// Small tokenizers of the families that rerankers have. `node families.mjs` writes each to
// tests/RerankerHost.Tests/Tokenization/Goldens/NAME/tokenizer.json.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildCharsmap } from './charsmap.mjs'
import { bytePairs, unigrams, wordPieces } from './train.mjs'

export const folder = new URL('../../tests/RerankerHost.Tests/Tokenization/Goldens/', import.meta.url)

const added = (id, content, options = {}) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...options })
const special = (ids) => (tokens, options = {}) => tokens.map((token) => added(ids.get(token), token, options[token]))
const idsOf = (vocab) => new Map(Array.isArray(vocab) ? vocab.map(([token], id) => [token, id]) : Object.entries(vocab))

const template = (ids, start, between, end, secondType) => {
  const token = (id, type_id) => ({ SpecialToken: { id, type_id } })
  const text = (id, type_id) => ({ Sequence: { id, type_id } })
  return {
    type: 'TemplateProcessing',
    single: [token(start, 0), text('A', 0), token(end, 0)],
    pair: [token(start, 0), text('A', 0), ...between.map((t) => token(t, 0)), text('B', secondType), token(end, secondType)],
    special_tokens: Object.fromEntries([...new Set([start, ...between, end])].map((t) => [t, { id: t, ids: [ids.get(t)], tokens: [t] }])),
  }
}

// What SentencePiece's own maps do on a few blocks: compatibility forms, composed accents, and spaces and controls of all kinds.
const charsmap = () => {
  const rules = new Map()
  const blocks = [[0xa0, 0x17f], [0x300, 0x36f], [0x2000, 0x206f], [0x2100, 0x214f], [0x2460, 0x249b], [0x3000, 0x30ff], [0x3130, 0x318e], [0x3300, 0x3357], [0xfb00, 0xfb06], [0xff01, 0xffee]]
  for (const [first, last] of blocks)
    for (let c = first; c <= last; c++) {
      const text = String.fromCodePoint(c)
      if (text.normalize('NFKC') !== text) rules.set(text, text.normalize('NFKC'))
      if (text.normalize('NFD') !== text) rules.set(text.normalize('NFD'), text.normalize('NFKC'))
    }
  for (const c of [0x9, 0xa, 0xc, 0xd, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff, 0x200b, 0x200e, 0x200f]) rules.set(String.fromCodePoint(c), ' ')
  for (const c of [...Array(9).keys()].slice(1).concat(0xb, 0xe, 0x1f, 0x7f, 0x8f, 0x9f, 0xad)) rules.set(String.fromCodePoint(c), '')
  for (const [from, to] of [['©', '(c)'], ['क', 'ka'], ['क़', 'qa'], ['\u0600', 'n'], ['각', 'gak'], ['ㅏ', 'a'], ['\u1161', 'A'], ['\u0301', "'"]]) rules.set(from, to)
  return { type: 'Precompiled', precompiled_charsmap: buildCharsmap(rules).toString('base64') }
}

const roberta = () => {
  const { vocab, merges } = bytePairs(['<s>', '<pad>', '</s>', '<unk>', '<mask>'], 400)
  const ids = idsOf(vocab)
  return {
    added_tokens: special(ids)(['<s>', '<pad>', '</s>', '<unk>', '<mask>'], { '<mask>': { lstrip: true } }),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: { type: 'RobertaProcessing', sep: ['</s>', ids.get('</s>')], cls: ['<s>', ids.get('<s>')], trim_offsets: true, add_prefix_space: false },
    model: { type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: '', end_of_word_suffix: '', fuse_unk: false, vocab, merges: merges.map((m) => m.join(' ')) },
  }
}

const modernbert = () => {
  const names = ['[UNK]', '[CLS]', '[SEP]', '[PAD]', '[MASK]']
  const { vocab, merges } = bytePairs(names, 350)
  const ids = idsOf(vocab)
  const plain = [...['|||IP_ADDRESS|||', '  ', '   ', '    ', '\t\t'].map((content) => ({ content, normalized: true })), { content: 'Café', normalized: true }]
  return {
    added_tokens: [
      ...special(ids)(names, { '[MASK]': { lstrip: true } }),
      ...plain.map(({ content, ...options }, i) => added(ids.size + i, content, { special: false, ...options })),
    ],
    normalizer: { type: 'NFC' },
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: template(ids, '[CLS]', ['[SEP]'], '[SEP]', 0),
    model: { type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab, merges },
  }
}

// Options that no one model has together.
const oddbpe = () => {
  const names = ['<s>', '</s>', '<unk>', '<x>']
  const { vocab, merges } = bytePairs(names, 300)
  for (const token of ['\u0101', '\u0142', 'Q']) delete vocab[token]
  const renumbered = Object.fromEntries(Object.keys(vocab).map((token, id) => [token, id]))
  const ids = idsOf(renumbered)
  return {
    added_tokens: [
      ...special(ids)(names, { '<x>': { lstrip: true, rstrip: true, normalized: true } }),
      added(ids.size, 'Kernel', { special: false, single_word: true, normalized: true }),
      added(ids.size + 1, 'package', { special: false, single_word: true, rstrip: true }),
      added(ids.size + 2, ' ', { special: false, normalized: true, single_word: true }),
      added(ids.size + 3, '##', { special: false, lstrip: true }),
      added(ids.size + 4, '###', { special: false }),
    ],
    normalizer: { type: 'Sequence', normalizers: [{ type: 'NFKD' }, { type: 'StripAccents' }, { type: 'Lowercase' }] },
    pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true }] },
    post_processor: { type: 'Sequence', processors: [{ type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true }, template(ids, '<s>', ['</s>', '</s>'], '</s>', 1)] },
    model: { type: 'BPE', dropout: null, unk_token: '<unk>', continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: true, byte_fallback: false, ignore_merges: true, vocab: renumbered, merges: merges.filter((pair) => pair.every((t) => ids.has(t)) && ids.has(pair.join(''))) },
  }
}

const xlmNames = ['<s>', '<pad>', '</s>', '<unk>']
const unigram = (vocab, options = {}) => ({ type: 'Unigram', unk_id: idsOf(vocab).get('<unk>') ?? idsOf(vocab).get('[UNK]'), vocab, ...options })

// As transformers wrote it until 2023.
const xlmroberta = () => {
  const vocab = [...unigrams(xlmNames, 600), ['<mask>', 0]]
  const ids = idsOf(vocab)
  return {
    added_tokens: special(ids)([...xlmNames, '<mask>'], { '<mask>': { lstrip: true } }),
    normalizer: charsmap(),
    pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, { type: 'Metaspace', replacement: '▁', add_prefix_space: true, str_rep: '▁' }] },
    post_processor: template(ids, '<s>', ['</s>', '</s>'], '</s>', 0),
    model: unigram(vocab),
  }
}

const xlmroberta2 = () => {
  const vocab = [...unigrams(xlmNames, 500), ['<mask>', 0]]
  const ids = idsOf(vocab)
  return {
    added_tokens: special(ids)([...xlmNames, '<mask>'], { '<mask>': { lstrip: true, normalized: true } }),
    normalizer: { type: 'Sequence', normalizers: [charsmap(), { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }, { type: 'Strip', strip_left: false, strip_right: true }] },
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
    post_processor: template(ids, '<s>', ['</s>', '</s>'], '</s>', 0),
    model: unigram(vocab, { byte_fallback: false }),
  }
}

const deberta = () => {
  const names = ['[PAD]', '[CLS]', '[SEP]', '[UNK]']
  const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`)
  const vocab = [...unigrams([...names, ...bytes], 400).map(([token, score]) => [token, bytes.includes(token) ? -20 : score]), ['[MASK]', 0]]
  const ids = idsOf(vocab)
  return {
    added_tokens: [...special(ids)(['[PAD]', '[CLS]', '[SEP]', '[MASK]'], { '[UNK]': {} }), added(ids.get('[UNK]'), '[UNK]', { normalized: true }), added(ids.size, 'Linux', { special: false, normalized: true, single_word: true })],
    normalizer: {
      type: 'Sequence',
      normalizers: [{ type: 'Strip', strip_left: true, strip_right: true }, { type: 'Replace', pattern: { String: '``' }, content: '"' }, { type: 'NFKC' }, { type: 'Lowercase' }, { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }],
    },
    pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false }] },
    post_processor: template(ids, '[CLS]', ['[SEP]'], '[SEP]', 1),
    model: unigram(vocab, { byte_fallback: true }),
  }
}

// BERT with tokens that somebody has added to it.
const addedbert = () => {
  const names = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']
  const vocab = wordPieces(names, 250)
  const ids = idsOf(vocab)
  const plain = [['Kernel', { normalized: true, single_word: true }], ['|||IP_ADDRESS|||', { rstrip: true }], ['Café', { normalized: true }], ['漢字', { normalized: true, lstrip: true }], ['##', { normalized: true }], ['  ', {}]]
    .filter(([content]) => !ids.has(content))
  return {
    added_tokens: [...special(ids)(names, { '[MASK]': { lstrip: true, normalized: true } }), ...plain.map(([content, options], i) => added(ids.size + i, content, { special: false, ...options }))],
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: template(ids, '[CLS]', ['[SEP]'], '[SEP]', 1),
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab },
  }
}

const made = { addedbert, roberta, modernbert, oddbpe, xlmroberta, xlmroberta2, deberta }
export const names = ['tiny', ...Object.keys(made)]

/** The tokenizer.json of a family as a string, and how the reference reads special tokens in text: as text, or as tokens. */
export const read = (name, mode) => {
  const file = name === 'tiny' ? new URL('../../models/tiny/tokenizer.json', import.meta.url) : new URL(`${name}/tokenizer.json`, folder)
  const json = JSON.parse(readFileSync(file, 'utf8'))
  if (mode === 'PlainText') {
    const hidden = new Set(json.added_tokens.filter((token) => token.special).map((token) => token.content))
    json.added_tokens = json.added_tokens.filter((token) => !token.special)
    if (json.model.type === 'Unigram') json.model.vocab = json.model.vocab.map(([token, score], id) => [hidden.has(token) ? `\u{10ffff}${id}` : token, score])
  }
  return JSON.stringify(json)
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [name, make] of Object.entries(made)) {
    mkdirSync(new URL(`${name}/`, folder), { recursive: true })
    const json = { version: '1.0', truncation: null, padding: null, ...make() }
    // One line for each part: small, and a change is still to be seen.
    const lines = Object.entries(json).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
    writeFileSync(new URL(`${name}/tokenizer.json`, folder), `{\n${lines.join(',\n')}\n}\n`)
  }
