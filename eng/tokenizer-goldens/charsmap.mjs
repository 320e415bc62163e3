// Builds what SentencePiece calls a precompiled charsmap: a double-array trie (Darts) from byte strings to places in a blob of
// zero-terminated replacements, in the layout that Hugging Face's Precompiled normalizer reads.

const OFFSET_LIMIT = 1 << 21

/** @param {Map<string, string>} rules what becomes of each text */
export const buildCharsmap = (rules) => {
  const places = new Map()
  const blob = []
  for (const to of rules.values()) {
    if (places.has(to)) continue
    places.set(to, blob.length)
    blob.push(...Buffer.from(to), 0)
  }

  const root = { children: new Map(), value: -1 }
  for (const [from, to] of rules) {
    let node = root
    for (const byte of Buffer.from(from)) {
      if (!node.children.has(byte)) node.children.set(byte, { children: new Map(), value: -1 })
      node = node.children.get(byte)
    }
    node.value = places.get(to)
  }

  // A unit's children stand at (its place ^ offset) ^ label; label 0 is the value's own unit.
  const units = [1]
  const used = new Set([0])
  let next = 1
  const place = (node, at) => {
    const labels = [...(node.value >= 0 ? [0] : []), ...[...node.children.keys()].sort((a, b) => a - b)]
    if (labels.length === 0) return
    let base = next ^ labels[0]
    while (labels.some((label) => used.has(base ^ label)) || (base ^ at) >= OFFSET_LIMIT) base = ++next ^ labels[0]
    for (const label of labels) used.add(base ^ label)
    while (used.has(next)) next++
    units[at] = (units[at] ?? 0) | ((base ^ at) << 10) | (node.value >= 0 ? 1 << 8 : 0)
    if (node.value >= 0) units[base] = (node.value | (1 << 31)) >>> 0
    for (const [label, child] of node.children) units[base ^ label] = label
    for (const [label, child] of node.children) place(child, base ^ label)
  }
  units[0] = 0
  place(root, 0)

  const count = Math.ceil((Math.max(...used) + 1) / 256) * 256
  const trie = Buffer.alloc(count * 4)
  for (let i = 0; i < count; i++) trie.writeUInt32LE((units[i] ?? 0xff) >>> 0, i * 4)
  const head = Buffer.alloc(4)
  head.writeUInt32LE(trie.length)
  return Buffer.concat([head, trie, Buffer.from(blob)])
}
