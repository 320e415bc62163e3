// Reranks with Cohere's own client and with LangChain's: cohere.mjs URL MODEL QUERY DOCUMENT...
// Writes what each of them made of the answers, as JSON.
import { createRequire } from 'node:module';
import { Document } from '@langchain/core/documents';
import { CohereRerank } from '@langchain/cohere';
import { CohereClient, CohereClientV2 } from 'cohere-ai';

const [environment, model, query, ...documents] = process.argv.slice(2);
const options = { token: 'any', environment };
const once = { maxRetries: 0 };
const v1 = new CohereClient(options);
const v2 = new CohereClientV2(options);

// LangChain brings an older version of the client.
const older = createRequire(import.meta.resolve('@langchain/cohere'))('cohere-ai');
const langchain = new CohereRerank({ model, topN: 2, client: new older.CohereClient(options) });

async function failure(call) {
  try {
    await call();
    return 'no error';
  } catch (e) {
    return { name: e.constructor.name, status: e.statusCode, body: e.body };
  }
}

const results = (answer) => answer.results.map((r) => ({ index: r.index, score: r.relevanceScore, ...(r.document && { document: r.document }) }));
const objects = documents.map((text, id) => ({ id: `${id}`, text }));

const answer = await v2.rerank({ model, query, documents, topN: 2, maxTokensPerDoc: 100, priority: 3 }, once);
const compressed = await langchain.compressDocuments(documents.map((pageContent) => new Document({ pageContent })), query);

process.stdout.write(JSON.stringify({
  v2: results(answer),
  meta: answer.meta,
  hasId: /^[0-9a-f-]{36}$/.test(answer.id),
  v1: results(await v1.rerank({ model, query, documents }, once)),
  v1Objects: results(await v1.rerank({ query, documents: objects, returnDocuments: true, topN: 1 }, once)),
  v1RankFields: results(await v1.rerank({ model, query, documents: objects, rankFields: ['text'], maxChunksPerDoc: 1 }, once)),
  langchain: await langchain.rerank(documents, query),
  compressed: compressed.map((d) => ({ text: d.pageContent, score: d.metadata.relevanceScore })),
  noDocuments: await failure(() => v2.rerank({ model, query, documents: [] }, once)),
  badTopN: await failure(() => v2.rerank({ model, query, documents, topN: 0 }, once)),
  tooMany: await failure(() => v2.rerank({ model, query, documents: Array(1001).fill(documents[0]) }, once)),
}));
