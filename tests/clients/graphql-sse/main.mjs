import assert from 'node:assert/strict';
import { createClient } from 'graphql-sse';
import { documents, progress } from '../shared/documents.mjs';
import { retire, world } from '../shared/retirement.mjs';

function client(token) {
  return createClient({
    url: `${world.url}/graphql/stream`,
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
}

function connect(token) {
  return async (name, variables) => {
    const one = client(token);
    try {
      for await (const { data, errors } of one.iterate({ query: documents[name], variables })) {
        if (errors) throw new Error(JSON.stringify(errors));
        return data;
      }
    } catch (failure) {
      // What was refused as a whole comes as a response, whose body says why.
      throw failure?.response ? new Error(await failure.response.text()) : failure;
    } finally {
      one.dispose();
    }
    throw new Error('the stream ended without an answer');
  };
}

const events = [];
let heard;
await retire(connect, async (id) => {
  heard = (async () => {
    const listener = client(world.tokens.applicant);
    for await (const { data, errors } of listener.iterate({ query: progress, variables: { case: id } })) {
      assert.equal(errors, undefined, JSON.stringify(errors));
      events.push(data.caseProgress);
      if (data.caseProgress.type === 'case.done') break;
    }
    listener.dispose();
  })().then(() => null, (failure) => failure);
});
const failure = await heard;
assert.equal(failure, null, `the subscription broke off: ${failure}`);
const count = (type) => events.filter((event) => event.type === type).length;
assert.deepEqual([count('caseItem.accepted'), count('caseItem.finished'), count('case.done')], [7, 7, 1]);
assert.equal(new Set(events.map((event) => event.id)).size, events.length, 'an event came twice');
console.log('retired with graphql-sse');
