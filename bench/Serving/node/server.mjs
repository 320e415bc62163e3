// A reranker as one would write it in Node: padded batches of eight in order of arrival, all cores for each.
import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import ort from 'onnxruntime-node'
import { Tokenizer } from 'tokenizers'

const [folder, port] = process.argv.slice(2)
const batchSize = 8
const tokenizer = Tokenizer.fromString(readFileSync(`${folder}/tokenizer.json`, 'utf8'))
tokenizer.setTruncation(512)
const session = await ort.InferenceSession.create(`${folder}/model.onnx`, { intraOpNumThreads: cpus().length, interOpNumThreads: 1 })

let last = Promise.resolve()

/** One batch at a time, in order of arrival. */
function enqueue(run) {
  const result = last.then(run)
  last = result.catch(() => {})
  return result
}

async function score(query, texts) {
  const encodings = await Promise.all(texts.map(text => tokenizer.encode(query, text)))
  const rows = encodings.length
  const columns = Math.max(...encodings.map(e => e.getLength()))
  const tensor = get => {
    const data = new BigInt64Array(rows * columns)
    encodings.forEach((encoding, row) => get(encoding).forEach((value, i) => { data[row * columns + i] = BigInt(value) }))
    return new ort.Tensor('int64', data, [rows, columns])
  }
  const feeds = {
    input_ids: tensor(e => e.getIds()),
    attention_mask: tensor(e => e.getAttentionMask()),
    token_type_ids: tensor(e => e.getTypeIds()),
  }
  const { logits } = await enqueue(() => session.run(feeds))
  return Array.from(logits.data)
}

async function rerank(body) {
  const { query, texts } = JSON.parse(body)
  const scores = []
  for (let i = 0; i < texts.length; i += batchSize) scores.push(...await score(query, texts.slice(i, i + batchSize)))
  return scores
    .map((logit, index) => ({ index, score: 1 / (1 + Math.exp(-logit)) }))
    .sort((a, b) => b.score - a.score)
}

createServer((request, response) => {
  if (request.method === 'GET') return response.end('ready')
  const chunks = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', async () => {
    try {
      const answer = JSON.stringify(await rerank(Buffer.concat(chunks).toString()))
      response.setHeader('content-type', 'application/json')
      response.end(answer)
    } catch (error) {
      response.statusCode = 500
      response.end(JSON.stringify({ error: String(error) }))
    }
  })
}).listen(Number(port), '127.0.0.1')
